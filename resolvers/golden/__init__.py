"""Survivorship over GraphQL: previews of other rules, and stewards' corrections."""
