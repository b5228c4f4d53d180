"""Jobs over GraphQL: how far long work is, and what came of it."""
