"""A charging profile as the older services write it, and read it back."""

from collections.abc import Mapping

import msgspec

from bimmerhub.emulator.cars.owner_wishes import PlannerKind, ProfileTruth, TimerTruth, WindowTruth
from bimmerhub.emulator.host.json_bodies import read_json

WEEKLY_KEY = "weeklyPlanner"
TWO_TIMES_KEYS = ("twoTimesTimer", "twoTimeTimer")
"""How i Remote and the portal spell it."""
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


class _Timer(msgspec.Struct, kw_only=True):
    departure: str | None = msgspec.field(default=None, name="departureTime")
    is_on: bool | None = msgspec.field(default=None, name="timerEnabled")
    weekdays: tuple[str, ...] = ()


class _Window(msgspec.Struct, kw_only=True):
    start: str = msgspec.field(name="startTime")
    end: str = msgspec.field(name="endTime")
    is_on: bool | None = msgspec.field(default=None, name="enabled")


class _Profile(msgspec.Struct, kw_only=True):
    is_climate_on: bool = msgspec.field(name="climatizationEnabled")
    mode: str = msgspec.field(name="chargingMode")
    preferences: str = msgspec.field(name="chargingPreferences")
    window: _Window = msgspec.field(name="preferredChargingWindow")
    timer1: _Timer = msgspec.field(default_factory=_Timer)
    timer2: _Timer = msgspec.field(default_factory=_Timer)
    timer3: _Timer = msgspec.field(default_factory=_Timer)
    override: _Timer = msgspec.field(default_factory=_Timer, name="overrideTimer")


def write_profile(profile: ProfileTruth, *, two_times_key: str) -> dict[str, object]:
    """Return a profile with one key, by its kind."""
    is_weekly = profile.kind is PlannerKind.WEEKLY
    window: dict[str, object] = {
        "startTime": _clock(profile.window.start_minute),
        "endTime": _clock(profile.window.end_minute),
    }
    if is_weekly and profile.window.is_on is not None:
        window["enabled"] = profile.window.is_on
    fields: dict[str, object] = {
        "climatizationEnabled": profile.is_climate_on,
        "chargingMode": "DELAYED_CHARGING" if profile.is_delayed else "IMMEDIATE_CHARGING",
        "chargingPreferences": "CHARGING_WINDOW" if profile.prefers_window else "NO_PRESELECTION",
        "preferredChargingWindow": window,
    }
    for number, timer in enumerate(profile.timers, start=1):
        fields[f"timer{number}"] = _write_timer(timer, has_weekdays=is_weekly)
    if profile.override is not None:
        fields["overrideTimer"] = _write_timer(profile.override, has_weekdays=True)
    return {WEEKLY_KEY if is_weekly else two_times_key: fields}


def read_profile(data: str | bytes) -> ProfileTruth:
    """Return the profile in a JSON text; ValueError in words for what is none."""
    document = read_json(data, object)
    if not isinstance(document, Mapping) or len(document) != 1:
        raise ValueError("a profile has one key")
    [(key, value)] = document.items()
    if key not in {WEEKLY_KEY, *TWO_TIMES_KEYS}:
        raise ValueError(f"there is no profile {key!r}")
    fields = msgspec.convert(value, _Profile)
    is_weekly = key == WEEKLY_KEY
    timers = (fields.timer1, fields.timer2, fields.timer3) if is_weekly else (fields.timer1, fields.timer2)
    profile = ProfileTruth(
        kind=PlannerKind.WEEKLY if is_weekly else PlannerKind.TWO_TIMES,
        is_climate_on=fields.is_climate_on,
        is_delayed=_choose(fields.mode, "DELAYED_CHARGING", "IMMEDIATE_CHARGING"),
        prefers_window=_choose(fields.preferences, "CHARGING_WINDOW", "NO_PRESELECTION"),
        timers=tuple(_read_timer(timer) for timer in timers),
        override=_read_timer(fields.override) if is_weekly else None,
        window=WindowTruth(
            start_minute=_minute(fields.window.start),
            end_minute=_minute(fields.window.end),
            is_on=fields.window.is_on if is_weekly else None,
        ),
    )
    profile.check()
    return profile


def _write_timer(timer: TimerTruth, *, has_weekdays: bool) -> dict[str, object]:
    fields: dict[str, object] = {}
    if timer.departure_minute is not None:
        fields["departureTime"] = _clock(timer.departure_minute)
    if timer.is_on is not None:
        fields["timerEnabled"] = timer.is_on
    if has_weekdays:
        fields["weekdays"] = [_DAYS[day] for day in sorted(timer.weekdays)]
    return fields


def _read_timer(timer: _Timer) -> TimerTruth:
    if unknown := set(timer.weekdays) - set(_DAYS):
        raise ValueError(f"there is no weekday {min(unknown)!r}")
    return TimerTruth(
        departure_minute=None if timer.departure is None else _minute(timer.departure),
        is_on=timer.is_on,
        weekdays=frozenset(_DAYS.index(day) for day in timer.weekdays),
    )


def _choose(word: str, yes: str, no: str) -> bool:
    if word not in {yes, no}:
        raise ValueError(f"{word!r} is neither {yes} nor {no}")
    return word == yes


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit()):
        raise ValueError(f"{text!r} is no time like 07:20")
    return int(hours) * 60 + int(minutes)
