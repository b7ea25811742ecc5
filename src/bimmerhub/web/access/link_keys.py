"""Keys of links to the page: whoever opens one starts a session, without a password. Each is good once."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

KEY_MINUTES: Final = 60
MOST_KEYS: Final = 50
"""More than this and the oldest is worth nothing: only this machine's owner makes them."""


class LinkKeys:
    """Random keys, of which only the hashes are remembered; a restart of the hub forgets them all.

    `elapsed_ms` says how long it is since some fixed moment, in milliseconds.
    """

    def __init__(self, *, elapsed_ms: Callable[[], int]) -> None:
        self._elapsed_ms = elapsed_ms
        self._ends_at_ms: dict[bytes, int] = {}

    def make(self) -> str:
        """Return a new key, good once and for `KEY_MINUTES`."""
        while len(self._ends_at_ms) >= MOST_KEYS:
            del self._ends_at_ms[next(iter(self._ends_at_ms))]
        key = secrets.token_urlsafe(32)
        self._ends_at_ms[_digest(key)] = self._elapsed_ms() + KEY_MINUTES * 60_000
        return key

    def spend(self, key: str) -> bool:
        """Tell whether the key is good; it is not from now on."""
        return self._ends_at_ms.pop(_digest(key), 0) > self._elapsed_ms()

    def forget(self) -> None:
        """Make every key that was handed out worth nothing."""
        self._ends_at_ms.clear()


def page_link(address: str, key: str) -> str:
    """Return the link; a browser sends what follows `#` to nobody, so that no log and no Referer has the key."""
    return f"{address}/#key={key}"


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
