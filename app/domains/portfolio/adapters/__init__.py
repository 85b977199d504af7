"""What portfolio needs from libraries: pages of a statement."""
