"""Outbound data actions: which endpoints are called with which events, and how far each has got."""
