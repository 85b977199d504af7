"""The stories of analytics."""
