"""Who may call what: every operation by every kind of caller."""
