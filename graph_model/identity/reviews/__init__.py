"""The review queue: pairs and groups of records that a person has to judge, and what they decided."""
