"""What imports does."""
