"""Imported batches in MongoDB."""
