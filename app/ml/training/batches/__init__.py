"""Training out of core: payments by day on disk, features batch by batch, members from parts."""
