"""Rulesets: everything that decides who is one person, versioned, as one object that an operator reads."""
