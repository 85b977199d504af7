"""Kept reports: made on schedule, checked against the ledger, sealed, never made anew."""
