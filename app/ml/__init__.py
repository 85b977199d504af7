"""Models: features, training, artefacts and the scorers that serve them; no I/O with vendors."""
