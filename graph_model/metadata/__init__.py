"""What the gateway stores: the objects of the canonical model and their fields."""
