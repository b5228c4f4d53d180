"""Webhooks: who is called with events, and what they have not taken yet."""
