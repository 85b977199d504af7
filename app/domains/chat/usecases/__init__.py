"""The stories of chat."""
