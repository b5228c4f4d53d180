"""Sources: what their rows look like, and how these become records of the canonical model."""
