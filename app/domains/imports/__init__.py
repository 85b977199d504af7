"""What a person holds and did elsewhere, as her other broker's files tell it."""
