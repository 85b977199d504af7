"""Rooms with one door each; each imports only those below it."""
