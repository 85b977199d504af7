"""Reports in MongoDB."""
