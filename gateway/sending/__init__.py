"""Sending a file to a running gateway, as a bulk job: what `identity-gateway ingest` does."""
