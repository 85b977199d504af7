"""What is pure in reports: periods, bodies, comparisons, tables."""
