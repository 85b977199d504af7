"""What reports draw with."""
