"""What fraud keeps in MongoDB, one file a subject."""
