"""What ends a command."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what it was asked for; the message is for the terminal, and without secrets."""
