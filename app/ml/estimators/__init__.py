"""Fitted library models and their export to flat arrays."""
