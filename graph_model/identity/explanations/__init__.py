"""Explanations: why records are one individual or are not, by the same code that decided it."""
