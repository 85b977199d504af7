"""Sources of quotes behind the QuoteFeed protocol."""
