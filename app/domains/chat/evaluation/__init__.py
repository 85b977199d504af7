"""Asks the embedded adviser a set of questions and tells how many answers were right."""
