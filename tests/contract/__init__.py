"""What we need from the database and from Redis, asked of whichever serves the tests."""
