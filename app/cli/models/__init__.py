"""One file per model: its train, predict and evaluate commands."""
