"""How a battery takes energy: a charge worked out in advance, minute by minute, with its taper."""

from dataclasses import dataclass

from bimmerhub.times import MINUTE_MS

AC_EFFICIENCY, DC_EFFICIENCY = 0.91, 0.95
AC_TAPER_FROM, DC_TAPER_FROM, DC_TAPER_TO = 0.94, 0.45, 0.85
LEAST_SHARE = 0.18


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCurve:
    """One charge from its start to its goal.

    `stored_kwh[i]` is in the battery i minutes after `start_ms`; `power_kw` is the grid's.
    """

    start_ms: int
    stored_kwh: tuple[float, ...]
    power_kw: tuple[float, ...]
    is_dc: bool

    @property
    def end_ms(self) -> int:
        """When the goal is reached."""
        return self.start_ms + (len(self.stored_kwh) - 1) * MINUTE_MS

    def stored_at(self, at_ms: int) -> float:
        """Return the battery's content in kWh."""
        minutes = min(max((at_ms - self.start_ms) / MINUTE_MS, 0.0), len(self.stored_kwh) - 1.0)
        before = int(minutes)
        after = min(before + 1, len(self.stored_kwh) - 1)
        return self.stored_kwh[before] + (minutes - before) * (self.stored_kwh[after] - self.stored_kwh[before])

    def power_at(self, at_ms: int) -> float:
        """Return the power drawn in kW, 0 before and after."""
        minute = (at_ms - self.start_ms) // MINUTE_MS
        return self.power_kw[minute] if 0 <= minute < len(self.power_kw) else 0.0

    def grid_kwh(self, until_ms: int) -> float:
        """Return the energy drawn from the grid up to a time."""
        efficiency = DC_EFFICIENCY if self.is_dc else AC_EFFICIENCY
        return (self.stored_at(until_ms) - self.stored_kwh[0]) / efficiency

    def minutes_left(self, at_ms: int) -> int:
        """Return the minutes to the goal."""
        return max(0, -(-(self.end_ms - at_ms) // MINUTE_MS))


def work_out_charge(
    *, start_ms: int, stored_kwh: float, capacity_kwh: float, goal_kwh: float, power_kw: float, is_dc: bool
) -> ChargeCurve:
    """Return the charge that brings a battery to its goal, at full power first and then tapering."""
    stored, powers = [stored_kwh], []
    efficiency = DC_EFFICIENCY if is_dc else AC_EFFICIENCY
    while stored[-1] < goal_kwh:
        power = power_kw * _share(stored[-1] / capacity_kwh, is_dc=is_dc)
        powers.append(power)
        stored.append(min(stored[-1] + power * efficiency / 60, goal_kwh))
    return ChargeCurve(start_ms=start_ms, stored_kwh=tuple(stored), power_kw=tuple(powers), is_dc=is_dc)


def _share(soc: float, *, is_dc: bool) -> float:
    """Return the share of full power that the battery takes at a state of charge."""
    begin, end = (DC_TAPER_FROM, DC_TAPER_TO) if is_dc else (AC_TAPER_FROM, 1.0)
    if soc <= begin:
        return 1.0
    return max(LEAST_SHARE, 1.0 - (soc - begin) / (end - begin) * (1.0 - LEAST_SHARE))
