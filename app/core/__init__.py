"""What every floor may use and that has no business rules of its own."""
