"""What a steward does by hand: merge, unmerge, split, link, and take each of these back."""
