"""Scorers over flat arrays: no learning library is reachable from here."""
