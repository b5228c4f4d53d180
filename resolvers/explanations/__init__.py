"""Why records are one individual, or are not, and how an individual came about."""
