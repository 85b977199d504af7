"""Pure decisions of onboarding; private to this domain."""
