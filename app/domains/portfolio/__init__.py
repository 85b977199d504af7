"""Advice that keeps its risk promise, its orders, and what a person holds."""
