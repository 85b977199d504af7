"""What onboarding gets from outside: models."""
