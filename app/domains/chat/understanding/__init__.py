"""What a message asks for: its intent, its parts, and whether it needs help instead."""
