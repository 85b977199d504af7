"""What the ledger keeps; private to this domain."""
