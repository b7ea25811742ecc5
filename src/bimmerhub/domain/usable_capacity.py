"""What a full battery holds, by what charges put into it for how many percent points.

The energy of a charge that was itself reckoned from its level and the size of the battery tells nothing of that size
and is left out. Charges by BMW's own energy to full come first, for their error does not repeat itself; those by power
share the error of the charger's efficiency, which no number of charges averages out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, hypot, sqrt
from typing import Final, Literal, NamedTuple

from bimmerhub.domain.charging_sessions.session_energy import EFFICIENCY_BAND
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.straight_line import student_95

SMALLEST_RISE_PERCENT: Final = 20.0
FEWEST_CHARGES: Final = 5
MOST_CHARGES: Final = 50
"""The newest that are looked at: a battery ages, and what it held years ago says little of it."""
LEVEL_ERROR_PERCENT: Final = 0.41
"""Of the difference of two whole per cent, as a standard deviation."""

ROUNDING_KWH: Final = 0.05
"""Of a capacity that is told with one decimal."""

CapacityBy = Literal["energy_to_full", "power"]


class CapacityCharge(NamedTuple):
    """A charge that tells something of the capacity."""

    started_at_ms: int
    rise_percent: float
    energy_kwh: float
    by: CapacityBy


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableCapacity:
    """What a full battery holds, plus or minus `band_kwh` at 95 %, and the charges that say so: when, how many."""

    kwh: float
    band_kwh: float
    charges: int
    by: CapacityBy
    first_at_ms: int
    last_at_ms: int


def capacity_charges(records: Iterable[ChargingRecord]) -> list[CapacityCharge]:
    """Return the charges that tell something of the capacity: wide ones that are over, whose levels were measured."""
    charges = []
    for record in records:
        started_ms, start, end = record.started_at_ms, record.start_soc_percent, record.end_soc_percent
        kwh, by = record.energy_battery_kwh, record.energy_battery_by
        if started_ms is None or record.ended_at_ms is None or start is None or end is None or not kwh:
            continue
        is_measured = record.how.get("start_soc_percent") == record.how.get("end_soc_percent") == "measured"
        if is_measured and by is not None and by != "level" and end - start >= SMALLEST_RISE_PERCENT:
            charges.append(CapacityCharge(started_ms, end - start, kwh, by))
    return sorted(charges)


def estimate_capacity(charges: Sequence[CapacityCharge]) -> UsableCapacity | None:
    """Return what a full battery holds by the newest charges; None when fewer than five say it in one way."""
    by_full = _newest(charges, "energy_to_full")
    chosen = by_full if len(by_full) >= FEWEST_CHARGES else _newest(charges, "power")
    if len(chosen) < FEWEST_CHARGES:
        return None
    rise = sum(charge.rise_percent for charge in chosen)
    per_percent = sum(charge.energy_kwh for charge in chosen) / rise
    scatter_kwh = sqrt(
        sum((charge.energy_kwh - per_percent * charge.rise_percent) ** 2 for charge in chosen) / (len(chosen) - 1)
    )
    rounding_kwh = LEVEL_ERROR_PERCENT * per_percent
    chance_kwh = student_95(len(chosen) - 1) * max(scatter_kwh, rounding_kwh) * sqrt(len(chosen)) / rise * 100
    shared_kwh = EFFICIENCY_BAND * per_percent * 100 if chosen[0].by == "power" else 0.0
    return UsableCapacity(
        kwh=round(per_percent * 100, 1),
        band_kwh=ceil(10 * (hypot(chance_kwh, shared_kwh) + ROUNDING_KWH)) / 10,
        charges=len(chosen),
        by=chosen[0].by,
        first_at_ms=chosen[0].started_at_ms,
        last_at_ms=chosen[-1].started_at_ms,
    )


def _newest(charges: Sequence[CapacityCharge], by: CapacityBy) -> Sequence[CapacityCharge]:
    return sorted(charge for charge in charges if charge.by == by)[-MOST_CHARGES:]
