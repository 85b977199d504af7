"""Identity: who is calling, how sure we are of it, and what they may do."""
