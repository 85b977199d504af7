"""Help articles and the glossary, in eight languages."""
