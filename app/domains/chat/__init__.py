"""Chat: understands a message, answers it with figures that open their source, drafts actions."""
