"""Facts about the client: who she is, what risk she can bear, what she agreed to."""
