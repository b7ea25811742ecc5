"""One look at a car's battery, and how a line of the log shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.printing.output import local_time
from bimmerhub.ids import Vin, vin_end
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.domain.charge_log import ChargeInstant

CELLS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a car was seen to be like at `seen_at_ms` (milliseconds UTC). `instant` is None when nothing was reported.

    `model` names the car for a person.
    """

    vin: Vin
    model: str
    seen_at_ms: int
    instant: "ChargeInstant | None"


def show_glimpse(glimpse: Glimpse, *, is_short: bool = False) -> str:
    """Return a line: when the level was measured (local time), which car, the level and its bar.

    A short one is without year and seconds: with them the bar does not fit into 80 columns.
    """
    instant = glimpse.instant
    level = None if instant is None else instant.soc_percent
    at_ms = instant.level_at_ms if instant is not None and instant.level_at_ms is not None else glimpse.seen_at_ms
    what = "charge level not reported" if level is None else f"{level} % [{show_bar(level)}]"
    when = local_time(format_time(at_ms))
    if is_short:
        when = when[len("2026-") : len("2026-11-29 21:03")]
    return f"{when}  {vin_end(glimpse.vin)}  {what}"


def show_bar(soc_percent: float) -> str:
    """Return the bar: 50 cells, of which cell i is `#` when 2 i is less than the whole part of the level."""
    return "".join("#" if cell * 2 < int(soc_percent) else "-" for cell in range(CELLS))
