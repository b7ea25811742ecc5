"""What the battery of a parked car loses: from the levels at either end, and what a full battery holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import hypot
from typing import Final, Literal

from bimmerhub.domain.parking.car_stops import Stop
from bimmerhub.domain.parking.parked_signs import ParkedSigns
from bimmerhub.times import HOUR_MS

How = Literal["measured", "derived", "estimated"]

LEVEL_BAND_PERCENT: Final = 1.0
"""Of the difference of two whole per cent."""
WIDEST_BAND_W: Final = 100.0
"""A mean power that is less exact says nothing: a parked car takes some ten watts (inferred)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """What was lost by standing, how each number was come by, and plus or minus how much. None: not known.

    `over_ms` is the time that the loss is over: in a stop that goes on, until the level was last told.
    """

    percent: float | None = None
    kwh: float | None = None
    mean_w: float | None = None
    over_ms: int = 0
    how: dict[str, How] = field(default_factory=dict)
    band: dict[str, float] = field(default_factory=dict)


def derive_standby(stop: Stop, signs: ParkedSigns, *, usable_kwh: float | None, is_charged: bool) -> Standby:
    """Return what the battery lost by standing; nothing of a stop in which it was charged or driven unseen.

    Neither of one in which no level was told, nor where the level rose by more than its rounding: something charged it.
    A level that was told only on setting off makes an estimate. Never negative.
    """
    end_percent, until_ms = signs.last_level_percent, stop.end_at_ms or signs.last_level_ms
    if is_charged or stop.missing_km > 0 or until_ms is None or stop.start_soc_percent is None or end_percent is None:
        return Standby()
    fall_percent = stop.start_soc_percent - end_percent
    if fall_percent < -LEVEL_BAND_PERCENT:
        return Standby()
    return _standby(
        max(0.0, fall_percent),
        LEVEL_BAND_PERCENT,
        kwh=None if usable_kwh is None else max(0.0, fall_percent) * usable_kwh / 100,
        band_kwh=0.0 if usable_kwh is None else LEVEL_BAND_PERCENT * usable_kwh / 100,
        over_ms=until_ms - stop.start_at_ms,
        how="estimated" if signs.is_level_late else "derived",
    )


def add_standbys(standbys: Iterable[Standby]) -> Standby:
    """Return what several stops lost, over those of which it is known; a sum lacks the kWh when one of them does.

    The roundings of their levels do not depend on each other, so the bands are added as squares.
    """
    losses = [standby for standby in standbys if standby.percent is not None]
    if not losses:
        return Standby()
    energies = [loss.kwh for loss in losses if loss.kwh is not None]
    return _standby(
        sum(loss.percent or 0.0 for loss in losses),
        hypot(*(loss.band["standby_percent"] for loss in losses)),
        kwh=sum(energies) if len(energies) == len(losses) else None,
        band_kwh=hypot(*(loss.band.get("standby_kwh", 0.0) for loss in losses)),
        over_ms=sum(loss.over_ms for loss in losses),
        how="estimated" if any("estimated" in loss.how.values() for loss in losses) else "derived",
    )


def _standby(
    percent: float, band_percent: float, *, kwh: float | None, band_kwh: float, over_ms: int, how: How
) -> Standby:
    """Return a loss with its mean power, where that is exact enough to say something."""
    numbers = {"standby_percent": (percent, round(band_percent, 1))}
    if kwh is not None:
        numbers["standby_kwh"] = (round(kwh, 2), round(band_kwh, 2))
        if over_ms > 0 and band_kwh * 1000 <= WIDEST_BAND_W * over_ms / HOUR_MS:
            per_kwh = 1000 / over_ms * HOUR_MS
            numbers["standby_mean_w"] = (round(kwh * per_kwh, 1), round(band_kwh * per_kwh, 1))
    values = {name: number for name, (number, _) in numbers.items()}
    return Standby(
        percent=percent,
        kwh=values.get("standby_kwh"),
        mean_w=values.get("standby_mean_w"),
        over_ms=over_ms,
        how=dict.fromkeys(numbers, how),
        band={name: band for name, (_, band) in numbers.items()},
    )
