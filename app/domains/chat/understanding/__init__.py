"""What a message asks for: its parts, its intent, and whether it needs help rather than an answer."""
