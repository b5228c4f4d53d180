"""Sources: registering them, their mappings, trying these, mapping and ingesting anew."""
