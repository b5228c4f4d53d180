"""`python -m gateway` is `identity-gateway`."""

from __future__ import annotations

from gateway.cli import main

main()
