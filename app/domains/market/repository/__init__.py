"""What market keeps; private to this domain."""
