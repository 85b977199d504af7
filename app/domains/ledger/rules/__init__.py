"""Pure decisions of the ledger; private to this domain."""
