"""Estimators that learn and export flat arrays; never imported by what serves."""
