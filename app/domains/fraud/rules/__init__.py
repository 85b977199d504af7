"""Pure decisions of fraud, one file a subject."""
