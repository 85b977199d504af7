"""Chat in the database: conversations, messages, turns, actions."""
