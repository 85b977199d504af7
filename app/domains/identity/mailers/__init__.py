"""Adapters behind the Mailer port."""
