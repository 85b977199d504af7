"""The stories behind portfolio's door; private to this domain."""
