"""What analytics keeps; private to this domain."""
