"""What jobs give back over plain HTTP."""
