"""Scorers on flat arrays: all that the request path and the workers ever load."""
