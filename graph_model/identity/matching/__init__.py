"""Matching: what two records weigh as evidence that they are one person, as functions of plain data."""
