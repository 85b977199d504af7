"""The stories that market's door opens to, one file each."""
