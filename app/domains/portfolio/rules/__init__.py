"""Pure decisions of portfolio; private to this domain."""
