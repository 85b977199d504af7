"""Thin jobs: an id in, one service call out."""
