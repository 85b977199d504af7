"""What onboarding keeps; private to this domain."""
