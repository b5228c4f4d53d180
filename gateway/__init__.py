"""The running process: ASGI application, settings, command line, deliveries and the embedded graph."""
