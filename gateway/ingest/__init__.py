"""Records over plain HTTP: a body that is stored while it arrives, and answered line by line."""
