"""Source records and business objects: what a source said, validated and stored as it said it."""
