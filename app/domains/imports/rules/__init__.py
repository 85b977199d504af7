"""Reading a broker's file: pure functions from bytes to rows and their errors."""
