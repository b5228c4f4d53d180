"""Reading unified profiles: an individual with all that belongs to it, by one statement."""
