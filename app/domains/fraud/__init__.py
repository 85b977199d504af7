"""Judges every payment before it is booked; asked by the ledger, never calls it."""
