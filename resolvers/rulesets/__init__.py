"""Rulesets over GraphQL: read, drafted, trained, previewed, activated."""
