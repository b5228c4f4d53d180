"""A cache that holds no more than it may."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """The least recently used entries are forgotten beyond `max_count` of them or `max_bytes` in all."""

    def __init__(self, *, max_count: int, max_bytes: int) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Value | None:
        """The value of that key, which is now the one used last."""
        if entry := self._entries.get(key):
            self._entries.move_to_end(key)
            return entry[0]
        return None

    def put(self, key: str, value: Value, size: int) -> None:
        """Keeps a value that counts `size` bytes, unless it alone is more than the cache may hold."""
        if size > self._max_bytes:
            return
        if replaced := self._entries.pop(key, None):
            self._bytes -= replaced[1]
        self._entries[key] = value, size
        self._bytes += size
        while len(self._entries) > self._max_count or self._bytes > self._max_bytes:
            _, (_, forgotten) = self._entries.popitem(last=False)
            self._bytes -= forgotten


def text_size(text: str) -> int:
    """The bytes of a text in UTF-8, be it a broken one."""
    return len(text.encode(errors="surrogatepass"))
