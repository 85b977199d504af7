"""The stories of reports."""
