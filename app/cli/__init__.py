"""The finnami command."""
