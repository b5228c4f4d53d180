"""Corrections: what a steward says of an individual, as source records that win over every rule."""
