"""The books: the only writer of balances; every movement balanced, keyed, sealed."""
