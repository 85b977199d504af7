"""The ledger's use cases, one story a file; service.py is the door before them."""
