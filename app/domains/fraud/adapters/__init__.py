"""What stands behind fraud's ports."""
