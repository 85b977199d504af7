"""Ways out of the house for messages: mail now, webhooks later."""
