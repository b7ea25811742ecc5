"""Tells those who listen for long that somebody's right to do so may just have ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Revocations:
    """Calls back whoever watches, each time that a session, a token or the password is taken away."""

    def __init__(self) -> None:
        self._watchers: dict[object, Callable[[], None]] = {}
        self._is_telling = False

    @contextmanager
    def watched_by(self, look_again: Callable[[], None]) -> Iterator[None]:
        """Call `look_again` at every revocation for as long as the block runs."""
        place = object()
        self._watchers[place] = look_again
        try:
            yield
        finally:
            del self._watchers[place]

    def tell(self) -> None:
        """Let everybody look again. Who looks may come upon another ending: all of them look anyway."""
        if self._is_telling:
            return
        self._is_telling = True
        try:
            for look_again in list(self._watchers.values()):
                look_again()
        finally:
            self._is_telling = False
