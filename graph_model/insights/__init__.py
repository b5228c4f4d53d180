"""Calculated insights: measures over what is known of an individual, and the thresholds they cross."""
