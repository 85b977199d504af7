"""What portfolio keeps; private to this domain."""
