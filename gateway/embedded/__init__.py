"""The graph server that the gateway runs itself when no database is configured."""
