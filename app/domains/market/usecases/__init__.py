"""What market does, one file per story."""
