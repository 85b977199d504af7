"""Instruments, prices and quotes: a price carries its currency, its source and its age."""
