"""Outbound webhooks: events from the outbox, sent to registered endpoints, signed, in order, until taken."""
