"""What there is: sources, objects and their fields, rulesets; and single records as they are stored."""
