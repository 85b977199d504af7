"""The pure rules of analytics; private to this domain."""
