"""What an answer may show: no links to elsewhere, no promises; figures are grounding's."""
