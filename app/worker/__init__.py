"""Background roles: queue workers and the market feed."""
