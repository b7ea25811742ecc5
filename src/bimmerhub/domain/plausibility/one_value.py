"""What a reading may say by itself: what cannot be true is doubted, with the reason in words.

Doubted are times before 2000, times later than their arrival and than BMW's own clock, and numbers that the quantity
cannot be (`domain.plausibility.limits`). What an odometer says, a position or a charge level is then judged with its
neighbours, where they are: in the store (`domain.plausibility.odometer` and `outliers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bimmerhub.domain.plausibility.limits import load_limits
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.plausibility.outliers import OUTLIERS
from bimmerhub.domain.reading import Reading, is_number
from bimmerhub.times import DAY_MS, spell_duration

AHEAD_MS: Final = 5 * 60_000
"""How far a reading's time may lie after its arrival: clocks differ. None was ever seen in the future (2025-2026)."""

FIRST_MS: Final = 946_684_800_000
"""2000-01-01 UTC: no car sent anything before. A clock that was never set tells 1970."""

_SENT_AHEAD_MS: Final = 31 * DAY_MS
"""How far after its arrival a message's own time is believed: a machine's clock can be days behind, but not years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reading that is not believed, and why not."""

    reading: Reading
    reason: str


class Sifted(NamedTuple):
    """Readings that are believed as they are, those to be judged with their neighbours, and doubts; each in order.

    A named tuple, because every message makes one.
    """

    believed: Sequence[Reading]
    judged: Sequence[Reading] = ()
    doubts: Sequence[Doubt] = ()


def sift(readings: Sequence[Reading], *, bmw_ms: int | None = None) -> Sifted:
    """Return which readings can be true by themselves, and the doubts about the others.

    Times are held against each reading's own arrival, so that a capture is judged as it would have been when it came;
    or, where that is later, against BMW's own clock: when it sent the message, or `bmw_ms`. A machine's clock can be
    days behind until it finds its network; that makes no reading false. What says of itself that it was sent later than
    31 days after its arrival proves nothing.
    """
    limits = load_limits()
    believed: list[Reading] = []
    judged: list[Reading] = []
    doubts: list[Doubt] = []
    for reading in readings:
        ahead_ms = reading.measured_at_ms - reading.received_at_ms
        allowed = limits.get(reading.descriptor)
        if reading.measured_at_ms < FIRST_MS:
            doubts.append(Doubt(reading=reading, reason="measured before 2000, as by a clock that was never set"))
        elif ahead_ms > AHEAD_MS and reading.measured_at_ms > _latest(reading, bmw_ms) + AHEAD_MS:
            doubts.append(Doubt(reading=reading, reason=f"measured {spell_duration(ahead_ms)} after it arrived"))
        elif allowed is None or not is_number(reading.value):
            believed.append(reading)
        elif reason := allowed.doubt(reading.value, reading.unit):
            doubts.append(Doubt(reading=reading, reason=reason))
        elif is_judged(reading):
            judged.append(reading)
        else:
            believed.append(reading)
    return Sifted(believed, judged, doubts)


def is_judged(reading: Reading) -> bool:
    """Tell whether a reading is judged with its neighbours."""
    if not is_number(reading.value):
        return False
    rule = OUTLIERS.get(reading.descriptor)
    if rule is None:
        return reading.descriptor in ODOMETERS
    return reading.value != 0 or not rule.ignores_zero


def _latest(reading: Reading, bmw_ms: int | None) -> int:
    """Return the latest time that BMW's own clock is known to have shown when the reading came."""
    sent_at_ms = min(reading.sent_at_ms or 0, reading.received_at_ms + _SENT_AHEAD_MS)
    return max(sent_at_ms, bmw_ms or 0)
