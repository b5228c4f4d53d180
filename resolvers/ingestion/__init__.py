"""Streaming records in."""
