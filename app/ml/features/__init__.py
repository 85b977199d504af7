"""Facts to feature rows: the same functions train and serve."""
