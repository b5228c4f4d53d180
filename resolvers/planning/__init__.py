"""From a selection to a plan: what to read, and how to turn the rows into what was asked for."""
