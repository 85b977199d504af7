"""Facts in, feature row out: the same function trains and serves."""
