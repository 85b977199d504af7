"""The parts of a message: figures, dates and words by rules, names by their surroundings."""
