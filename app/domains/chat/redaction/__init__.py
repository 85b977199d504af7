"""Replaces personal data by placeholders before a text leaves this installation."""
