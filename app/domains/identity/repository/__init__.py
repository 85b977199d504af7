"""Identity's queries: users, login sessions, letters. Private to identity."""
