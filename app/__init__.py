"""FinNami: an AI financial adviser whose every step the user can check."""
