"""A change applied to a car's charging profile, in the shape that the MyBMW app reads and writes. Pure.

Its departures are numbered 1 to 4: `timer_1` to `timer_3`, and `override_timer` for the fourth. Charging keeps to the
window exactly when it does not begin at once, so kind and preference are changed together (observed: BMW refuses
others). That the fourth departure is the single one is inferred.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from bimmerhub.bmw.car_commands.charging_profile import ChargingPreference, ChargingStart, Weekday, check_clock
from bimmerhub.bmw.mybmw.charging_models import ChargingBegin, ChargingProfileOrder, DepartureTimers, WeeklyTimer
from bimmerhub.bmw.mybmw.words import ChargingStartKind, DepartureTimerKind, TimerAction
from bimmerhub.domain.profile_change import ProfileChange, TimerChange
from bimmerhub.errors import ConfigError

_DAY_ONE: Final = "0001-01-01T"
_TIMERS: Final = {"timer_1": 1, "timer_2": 2, "timer_3": 3, "override_timer": 4}
_KINDS: Final[Mapping[str, ChargingStartKind]] = {
    ChargingStart.IMMEDIATE: ChargingStartKind.IMMEDIATELY,
    ChargingStart.DELAYED: ChargingStartKind.TIME_SLOT,
    ChargingPreference.NO_PRESELECTION: ChargingStartKind.IMMEDIATELY,
    ChargingPreference.CHARGING_WINDOW: ChargingStartKind.TIME_SLOT,
}
_PREFERENCES: Final = {
    ChargingStartKind.IMMEDIATELY: ChargingPreference.NO_PRESELECTION,
    ChargingStartKind.TIME_SLOT: ChargingPreference.CHARGING_WINDOW,
}


def change_profile_order(profile: ChargingProfileOrder, change: ProfileChange) -> ChargingProfileOrder:
    """Return the changed profile; ConfigError for a word or a time that is none, or no change at all."""
    if not change.details:
        raise ConfigError("nothing of the charging profile is to be changed")
    departures = profile.departures
    for timer in change.timers:
        departures = _with_timer(departures, timer)
    return msgspec.structs.replace(
        profile,
        charging_mode=_changed_mode(profile.charging_mode, change),
        departures=departures,
        is_precondition_for_departure_active=profile.is_precondition_for_departure_active
        if change.is_climate_enabled is None
        else change.is_climate_enabled,
    )


def _changed_mode(mode: ChargingBegin, change: ProfileChange) -> ChargingBegin:
    kind = _changed_kind(change)
    if (change.window_begin is None) != (change.window_end is None):
        raise ConfigError("a charging window has a begin and an end")
    return msgspec.structs.replace(
        mode,
        kind=kind or mode.kind,
        preference=_PREFERENCES[kind] if kind is not None else mode.preference,
        window_begin=_slot(change.window_begin) or mode.window_begin,
        window_end=_slot(change.window_end) or mode.window_end,
    )


def _changed_kind(change: ProfileChange) -> ChargingStartKind | None:
    """Return when charging is to begin; None when nothing is said of it. ConfigError for words that disagree."""
    words = [word for word in (change.charging_start, change.charging_preference) if word is not None]
    if unknown := [word for word in words if word not in _KINDS]:
        raise ConfigError(f"a charging profile does not know {unknown[0][:40]!r}", hint=f"Known: {', '.join(_KINDS)}.")
    kinds = {_KINDS[word] for word in words}
    if change.is_window_enabled is not None:
        kinds.add(ChargingStartKind.TIME_SLOT if change.is_window_enabled else ChargingStartKind.IMMEDIATELY)
    if len(kinds) > 1:
        raise ConfigError("charging at once and keeping to the window exclude each other")
    return next(iter(kinds), None)


def _with_timer(departures: DepartureTimers, change: TimerChange) -> DepartureTimers:
    """Return the departures with one changed, or added where the car does not tell it."""
    if change.timer not in _TIMERS:
        raise ConfigError(f"a charging profile has no {change.timer[:40]!r}", hint=f"It has {', '.join(_TIMERS)}.")
    if change.weekdays is not None and departures.kind == DepartureTimerKind.TWO:
        raise ConfigError(f"{change.timer}: a profile of two timers has no weekdays")
    timer_id = _TIMERS[change.timer]
    timers = {timer.id: timer for timer in departures.timers or ()}
    timer = timers.get(timer_id, WeeklyTimer(id=timer_id, weekdays=(), action=TimerAction.DEACTIVATE))
    action = timer.action
    if change.is_enabled is not None:
        action = TimerAction.ACTIVATE if change.is_enabled else TimerAction.DEACTIVATE
    timers[timer_id] = msgspec.structs.replace(
        timer,
        time=_slot(change.departure, ending="") or timer.time,
        weekdays=timer.weekdays if change.weekdays is None else tuple(map(_weekday, change.weekdays)),
        action=action,
    )
    return msgspec.structs.replace(departures, timers=tuple(timers.values()))


def _slot(clock: str | None, *, ending: str = ".000") -> str | None:
    """Return HH:MM as BMW writes it; None for None."""
    if clock is None:
        return None
    check_clock("the charging profile", clock)
    return f"{_DAY_ONE}{clock}:00{ending}"


def _weekday(word: str) -> Weekday:
    try:
        return Weekday(word.upper())
    except ValueError:
        raise ConfigError(f"{word[:20]!r} is no weekday", hint="MONDAY to SUNDAY") from None
