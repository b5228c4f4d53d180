"""What the identity graph tells whoever watches it work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import Context
from typing import Protocol


class Observer(Protocol):
    """Is told what happens, in plain data that holds nothing personal. What it does must be quick and raise
    nothing. Where there is none, nothing is measured."""

    def statement(self, text: str, seconds: float, error: BaseException | None) -> None:
        """A statement was answered, or failed by `error`; `text` holds parameters, no values."""

    def batch(self, size: int, submitters: Sequence[Context]) -> AbstractContextManager[None]:
        """Surrounds the storing of a batch of so many items; `submitters` are the contexts of the callers
        that wait for it."""

    def records(self, source: str, object_name: str, outcomes: Iterable[str]) -> None:
        """Records of that source and object were ingested, with these outcomes."""

    def events(self, kinds: Sequence[str], since: str) -> None:
        """Events of these kinds, of which there is at least one, were read from the outbox; `since` is the
        time of the oldest, as `times.to_text` writes it."""
