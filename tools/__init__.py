"""What `make` calls: installs, checks, reports; standard library only."""
