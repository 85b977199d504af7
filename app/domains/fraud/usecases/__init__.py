"""The use cases of fraud, one story a file; service.py is the door before them."""
