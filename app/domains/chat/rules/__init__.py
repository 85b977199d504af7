"""Decisions of chat, without I/O."""
