"""HTTP: the doors of the product."""
