"""Attacks as data, and the harness that plays them against the real router."""
