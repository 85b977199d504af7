"""Pure decisions of market; private to this domain."""
