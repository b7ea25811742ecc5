"""Weeks of bad days: a random time table of faults, and an audit of what the hub made of them.

Used by the 14-day benchmark and by the short proof of the same in the tests.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.cardata.stream.delivered import Delivered
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.fault import Area
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.store.sqlite.readings.values import encode_value

MINUTE_MS, HOUR_MS = 60_000, 3_600_000

LEFT_OUT = {
    "account-pending": "BMW's answer is the one for an unknown client, so a person is asked",
    "no-stream-configured": "only the owner can mend it in the portal",
}
"""Faults that do not belong into days that a hub has to get through alone; those of the device sign-in neither."""
OF_TOKENS = (
    "sign-in-500",
    "sign-in-not-json",
    "dead-refresh-as-grant",
    "refresh-token-left-out",
    "expires-in-text",
    "expires-in-float",
    "expires-in-is",
    "scope-null",
    "scope-list",
    "gcid-null",
    "numeric-tokens",
)
"""The faults of the sign-in that an account meets which is signed in, and outlives."""


def usable_faults() -> tuple[str, ...]:
    """Return the names of all faults that a signed-in hub has to survive."""
    return tuple(
        name
        for name, fault in FAULTS.items()
        if name not in LEFT_OUT and (fault.area is not Area.SIGN_IN or name in OF_TOKENS)
    )


def draw_faults(*, seed: int, start_ms: int, end_ms: int, pause_min: tuple[int, int] = (20, 180)) -> list[FaultSwitch]:
    """Return a table of faults that follow and overlap each other in random order, each name about equally often.

    Each is on for 2 minutes to 2 hours; `pause_min` is how long after a beginning the next one begins.
    """
    chance = random.Random(f"bad days {seed}")
    switches: list[FaultSwitch] = []
    at_ms, names = start_ms, list[str]()
    while True:
        at_ms += chance.randint(*pause_min) * MINUTE_MS
        until_ms = at_ms + chance.randint(2, 120) * MINUTE_MS
        if until_ms > end_ms:
            return switches
        if not names:
            names = sorted(usable_faults())
            chance.shuffle(names)
        switches.append(FaultSwitch(name=names.pop(), from_ms=at_ms, until_ms=until_ms))


_KEPT = (
    """
    SELECT 1 FROM series JOIN points ON series_id = id
    WHERE subject = ? AND descriptor = ? AND measured_at_ms = ? AND value = ?""",
    "SELECT 1 FROM quarantine WHERE vin = ? AND descriptor = ? AND measured_at_ms = ? AND value = ?",
)


@dataclass(slots=True)
class _Sent:
    number: int
    connection: int
    payload: bytes
    is_kept: bool = False


@dataclass(slots=True)
class Audit:
    """Compares what was delivered with what is stored.

    A reading counts as kept when the store has its triple, or quarantine its message or its triple: what later readings
    belie goes there without its message. Messages on the wire when a connection broke are no loss of the hub's: those
    are the last ones of a connection and nothing after them came. `connection` tells the connections apart, by whatever
    number changes from one to the next.
    """

    delivered: int = 0
    in_flight: int = 0
    lost: list[bytes] = field(default_factory=list)
    quarantined: int = 0
    readings: int = 0
    _pending: list[_Sent] = field(default_factory=list)

    def note(self, message: Delivered, *, connection: int) -> None:
        """Take note of a message that went to a connected subscriber."""
        self.delivered += 1
        self._pending.append(_Sent(number=self.delivered, connection=connection, payload=message.payload))

    def check(self, database: Path, *, connection: int | None = None) -> None:
        """Look up what was delivered on all connections but the present one; None: on that too."""
        due = [sent for sent in self._pending if sent.connection != connection]
        self._pending = [sent for sent in self._pending if sent.connection == connection]
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
            quarantine = _quarantine(store)
            for sent in due:
                sent.is_kept = self._is_kept(store, quarantine, sent.payload)
        for _, group in groupby(due, key=lambda sent: sent.connection):
            self._judge(list(group))

    def _is_kept(self, store: sqlite3.Connection, quarantine: set[bytes], payload: bytes) -> bool:
        if payload in quarantine:
            self.quarantined += 1
            return True
        readings = decode_message(payload, received_at_ms=0).readings
        self.readings += len(readings)
        return bool(readings) and all(_is_stored(store, reading) for reading in readings)

    def _judge(self, sent: list[_Sent]) -> None:
        while sent and not sent[-1].is_kept:
            sent.pop()
            self.in_flight += 1
        self.lost += [message.payload for message in sent if not message.is_kept]


def _quarantine(store: sqlite3.Connection) -> set[bytes]:
    return {bytes(payload) for (payload,) in store.execute("SELECT payload FROM quarantine")}


def _is_stored(store: sqlite3.Connection, reading: Reading) -> bool:
    triple = (reading.vin, reading.descriptor, reading.measured_at_ms, encode_value(reading.value))
    return any(store.execute(query, triple).fetchone() is not None for query in _KEPT)


def spread(switches: Iterable[FaultSwitch]) -> dict[str, int]:
    """Return how often each fault is in a table."""
    return dict(Counter(switch.name for switch in switches))
