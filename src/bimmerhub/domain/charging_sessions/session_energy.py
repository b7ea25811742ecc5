"""The energy of a session, into the battery and from the grid: which way to it holds, and how far off it is."""

from typing import Final, NamedTuple

from bimmerhub.domain.charging_sessions.charge_end import DC_EFFICIENCY, UNTOLD_MS, capacity_kwh
from bimmerhub.domain.charging_sessions.session_flow import AC_EFFICIENCY, grid_energy_kwh
from bimmerhub.domain.charging_sessions.session_record import EnergyBy, How, Kind
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession
from bimmerhub.times import HOUR_MS

EFFICIENCY_BAND: Final = 0.05
LEARNED_FROM_PERCENT: Final = 20.0
"""A rise from which whole per cent tell the capacity to 5 %."""
TAPER_PERCENT: Final = 90.0
"""From here on the power falls off."""
TAPER_BAND: Final = 0.15
"""A power that was said before it fell off stands for what followed: the first full AC charge of an i4, which says no
capacity, came out 12 % too high."""
MISSING_BAND_KWH: Final = 0.1
"""The energy to full is told in steps of 0.1 kWh."""
LEVEL_BAND_PERCENT: Final = 0.7
"""Of the difference of two whole per cent, as a standard deviation and a bit."""
GRID_BAND: Final = 0.02
"""Whole volts and whole amperes."""
COVERED_SHARE: Final = 0.8
"""Of a charge; where samples cover less of it, they do not tell what it took."""
POWER_BAND: Final = 0.03


class Energy(NamedTuple):
    """Kilowatt hours, how they were come by, and plus or minus how much; what told them, of those of the battery."""

    kwh: float
    how: How
    band_kwh: float
    by: EnergyBy | None = None


class Ends(NamedTuple):
    """The charge level and the energy to full at the end of a charge, or as last said; whether each was reckoned."""

    level: float | None
    missing_kwh: float | None
    is_level_reckoned: bool = False
    is_missing_reckoned: bool = False


def derive_ends(session: OpenSession, car: CarMemory, *, kind: Kind | None) -> Ends:
    """Return what the charge left: as said at its end or after, else as last said and reckoned on to its end."""
    if session.part_ms is not None or not session.parts:
        return Ends(session.last_level, session.last_missing_kwh)
    level, missing_kwh = session.end_level, session.end_missing_kwh
    return Ends(
        level=_level_on(session, car, kind) if level is None else level,
        missing_kwh=_missing_on(session, kind) if missing_kwh is None else missing_kwh,
        is_level_reckoned=level is None,
        is_missing_reckoned=missing_kwh is None,
    )


def derive_battery_energy(session: OpenSession, car: CarMemory, ends: Ends, *, kind: Kind | None) -> Energy | None:
    """Return what went into the battery: BMW's energy to full first, then level times capacity, then the power.

    None when nothing tells. Never negative.
    """
    if not session.parts and session.part_ms is None:
        return None
    by_missing = _by_missing(session, ends)
    by_level = _by_level(session, car, ends)
    if by_missing is not None and (by_missing.kwh > 0 or by_level is None):
        return by_missing
    if by_level is not None and by_level.kwh > 0:
        return by_level
    return _by_power(session, kind)


def derive_grid_energy(session: OpenSession, battery: Energy | None, *, kind: Kind | None) -> Energy | None:
    """Return what came out of the grid: by volts, amperes and phases; else of AC by what the battery took, or power.

    None for DC: no car tells.
    """
    flow, charged_s = session.flow, _charged_s(session)
    if kind == "dc" or charged_s <= 0:
        return None
    if flow.grid_s >= COVERED_SHARE * charged_s and is_sampled(session):
        kwh = grid_energy_kwh(flow) * _stretch(charged_s, flow.grid_s)
        return Energy(kwh, "derived", GRID_BAND * kwh)
    if kind != "ac" or (flow.power_s <= 0 and flow.grid_s <= 0):
        return None
    if battery is not None and battery.by != "power":
        kwh = battery.kwh / AC_EFFICIENCY
        return Energy(kwh, "estimated", EFFICIENCY_BAND * kwh)
    if not is_sampled(session) or flow.power_s <= 0:
        return None
    kwh = flow.power_kwh * _stretch(charged_s, flow.power_s)
    return Energy(kwh, "estimated", _power_band(session, POWER_BAND) * kwh)


def _by_missing(session: OpenSession, ends: Ends) -> Energy | None:
    if session.start_missing_kwh is None or ends.missing_kwh is None:
        return None
    how: How = "estimated" if ends.is_missing_reckoned or session.is_level_rise else "derived"
    return Energy(max(0.0, session.start_missing_kwh - ends.missing_kwh), how, MISSING_BAND_KWH, by="energy_to_full")


def _by_level(session: OpenSession, car: CarMemory, ends: Ends) -> Energy | None:
    capacity = capacity_kwh(car)
    if session.start_level is None or ends.level is None or capacity is None:
        return None
    rise = max(0.0, ends.level - session.start_level)
    is_plain = car.is_capacity_usable and not ends.is_level_reckoned and not session.is_level_rise
    band_percent = LEVEL_BAND_PERCENT if is_plain else LEVEL_BAND_PERCENT + 0.05 * rise
    how: How = "derived" if is_plain else "estimated"
    return Energy(rise * capacity / 100, how, band_percent * capacity / 100, by="level")


def _by_power(session: OpenSession, kind: Kind | None) -> Energy | None:
    charged_s = _charged_s(session)
    if session.flow.power_s <= 0 or charged_s <= 0 or not is_sampled(session):
        return None
    kwh = session.flow.power_kwh * _stretch(charged_s, session.flow.power_s) * _efficiency(kind)
    return Energy(kwh, "estimated", _power_band(session, EFFICIENCY_BAND) * kwh, by="power")


def _power_band(session: OpenSession, plain: float) -> float:
    """Return the share by which an energy by the power may be off: `plain`, or more where the power fell off."""
    level = session.last_level if session.end_level is None else session.end_level
    return plain if level is None or level < TAPER_PERCENT else TAPER_BAND


def is_sampled(session: OpenSession) -> bool:
    """Tell whether samples tell the power up to the end: not where a car fell silent, and only its end was reckoned."""
    return not session.is_end_reckoned or session.end_slack_s * 1000 <= UNTOLD_MS


def learn_capacity(session: OpenSession, *, kind: Kind | None) -> float | None:
    """Return what a full battery holds by this charge: its power against the rise of its level; None where it is small.

    Of AC only, and short of where the power falls off: a sample of it stands for all that followed.
    """
    energy = _by_power(session, kind) if kind == "ac" else None
    level = session.last_level if session.end_level is None else session.end_level
    if energy is None or level is None or session.start_level is None or session.is_level_rise:
        return None
    rise = level - session.start_level
    return energy.kwh / rise * 100 if rise >= LEARNED_FROM_PERCENT and level < TAPER_PERCENT else None


def _efficiency(kind: Kind | None) -> float:
    return DC_EFFICIENCY if kind == "dc" else AC_EFFICIENCY


def _charged_s(session: OpenSession) -> float:
    """Return how long the parts that are over lasted."""
    running_ms = 0 if session.part_ms is None else max(0, session.charged_ms - session.part_ms)
    return (sum(end_ms - start_ms for start_ms, end_ms in session.parts) + running_ms) / 1000


def _stretch(charged_s: float, sampled_s: float) -> float:
    """Return by how much the energy of samples is too little, because the first of them came late."""
    return min(2.0, max(1.0, charged_s / sampled_s))


def _missing_on(session: OpenSession, kind: Kind | None) -> float | None:
    """Return the energy to full at the end of the charge, reckoned on from when it was last said."""
    if session.last_missing_kwh is None:
        return None
    return max(0.0, session.last_missing_kwh - _since_kwh(session, session.last_missing_ms, kind))


def _level_on(session: OpenSession, car: CarMemory, kind: Kind | None) -> float | None:
    """Return the level at the end of the charge, reckoned on from the last one: by the power, else its pace."""
    if session.last_level is None:
        return None
    ended_ms = session.parts[-1][1]
    gone_kwh = _since_kwh(session, session.last_level_ms, kind)
    capacity = capacity_kwh(car)
    if gone_kwh > 0 and capacity:
        return min(100.0, session.last_level + 100 * gone_kwh / capacity)
    return session.last_level if ended_ms <= session.last_level_ms else _by_pace(session, ended_ms)


def _by_pace(session: OpenSession, ended_ms: int) -> float | None:
    part_ms = session.parts[-1][0]
    if session.start_level is None or session.last_level is None or len(session.parts) > 1:
        return session.last_level
    elapsed_ms = session.last_level_ms - part_ms
    if elapsed_ms <= 0:
        return session.last_level
    pace = (session.last_level - session.start_level) / elapsed_ms
    goal = session.target if session.target is not None and session.target > session.last_level else 100.0
    return min(goal, session.last_level + max(0.0, pace) * (ended_ms - session.last_level_ms))


def _since_kwh(session: OpenSession, since_ms: int, kind: Kind | None) -> float:
    """Return what went into the battery between a moment of the last part and its end, by the power said last."""
    power_kw = session.flow.last_kw
    ended_ms = session.parts[-1][1]
    if not power_kw or ended_ms <= since_ms:
        return 0.0
    return power_kw * _efficiency(kind) * (ended_ms - since_ms) / HOUR_MS
