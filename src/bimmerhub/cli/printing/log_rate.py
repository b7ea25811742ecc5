"""How often the log says the same: whoever makes the hub complain must not fill the disk with it."""

import logging
import time
from collections.abc import Callable
from typing import Final

from typing_extensions import override

MOST_A_MINUTE: Final = 30
_MINUTE_S: Final = 60.0
_MOST_KINDS: Final = 1_000

_Kind = tuple[str, int, str]


class RateFilter(logging.Filter):
    """Lets each kind of warning (logger, level and message without its values) through `MOST_A_MINUTE` times a minute.

    The first one of a later minute says how many were left out. What is below a warning is written only for who asked
    for it, and passes. `now_s` is any clock that goes forward.
    """

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._minute = 0
        self._counts: dict[_Kind, int] = {}
        self._left_out: dict[_Kind, int] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        kind = (record.name, record.levelno, str(record.msg)[:200])
        minute = int(self._now_s() / _MINUTE_S)
        if minute != self._minute:
            self._minute = minute
            self._left_out |= {kind: count - MOST_A_MINUTE for kind, count in self._counts.items()}
            self._left_out = {kind: count for kind, count in self._left_out.items() if count > 0}
            self._counts.clear()
        if len(self._counts) >= _MOST_KINDS:
            kind = (record.name, record.levelno, "")  # messages that were put together beforehand
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] > MOST_A_MINUTE:
            return False
        if left_out := self._left_out.pop(kind, 0):
            record.msg, record.args = f"{record.getMessage()} (and {left_out:,} more of these before)", ()
        return True
