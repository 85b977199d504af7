"""Read tools of a turn: thin over the doors below, with the rights of the turn's owner only."""
