"""What a steward sees and does: constraints, the review queue, merges and splits."""
