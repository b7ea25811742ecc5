"""A car's charging profile: when to leave, when to charge; read, changed and written back in the shape it came in.

Two shapes: the weekly planner (three timers with weekdays, one for a single departure) and two timers for every day.
Times are HH:MM in the car's local time. What is not there is None, and is not written.
Sources: documentation of i Remote (2015), stored answers of i3 and plug-in hybrids; the portal spells `twoTimeTimer`
(inferred from clients). The documentation's example of two timers has a comma too many, so such commas are read over.
Members that are not known here are written back as they came: BMW takes whole profiles only.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.json_faults import NOT_JSON

WEEKLY_PLANNER: Final = "weeklyPlanner"
TWO_TIMERS: Final = frozenset({"twoTimesTimer", "twoTimeTimer"})
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_STRAY_COMMA: Final = re.compile(rb",(?=\s*[}\]])")
_TIMERS: Final = ("timer_1", "timer_2", "timer_3", "override_timer")


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class ChargingStart(StrEnum):
    """When charging begins once plugged in."""

    IMMEDIATE = "IMMEDIATE_CHARGING"
    DELAYED = "DELAYED_CHARGING"


class ChargingPreference(StrEnum):
    """Whether charging keeps to the window."""

    NO_PRESELECTION = "NO_PRESELECTION"
    CHARGING_WINDOW = "CHARGING_WINDOW"


class DepartureTimer(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """A departure; on `weekdays` in the weekly planner, on every day with two timers."""

    departure_time: str | None = None
    is_enabled: bool | None = msgspec.field(default=None, name="timerEnabled")
    weekdays: tuple[Weekday | str, ...] | None = None


class PreferredWindow(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """When to charge, over midnight where the end is before the start. Two timers have no `is_enabled`."""

    is_enabled: bool | None = msgspec.field(default=None, name="enabled")
    start_time: str | None = None
    end_time: str | None = None


class ChargingProfile(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """A car's charging profile. `shape` is the key that it came under; `override_timer` is a single departure.

    `others` is the JSON text of the members that came and are none of these, to be written back.
    """

    shape: str = WEEKLY_PLANNER
    is_climate_enabled: bool | None = msgspec.field(default=None, name="climatizationEnabled")
    charging_start: ChargingStart | str | None = msgspec.field(default=None, name="chargingMode")
    charging_preference: ChargingPreference | str | None = msgspec.field(default=None, name="chargingPreferences")
    timer_1: DepartureTimer | None = msgspec.field(default=None, name="timer1")
    timer_2: DepartureTimer | None = msgspec.field(default=None, name="timer2")
    timer_3: DepartureTimer | None = msgspec.field(default=None, name="timer3")
    override_timer: DepartureTimer | None = None
    window: PreferredWindow | None = msgspec.field(default=None, name="preferredChargingWindow")
    others: str = "{}"

    @property
    def is_weekly(self) -> bool:
        """Whether its timers have weekdays."""
        return self.shape == WEEKLY_PLANNER

    def with_timer(
        self,
        name: str,
        *,
        departure_time: str | None = None,
        is_enabled: bool | None = None,
        weekdays: Iterable[Weekday] | None = None,
    ) -> "ChargingProfile":
        """Return the profile with one timer (`timer_1` and so on, or `override_timer`) changed; None leaves as it is.

        ConfigError when a profile of this shape has no such timer, or it cannot be set so.
        """
        if name not in _TIMERS or (not self.is_weekly and name not in _TIMERS[:2]):
            raise ConfigError(f"this charging profile has no {name}", hint=_timers_hint(is_weekly=self.is_weekly))
        timer: DepartureTimer = getattr(self, name) or DepartureTimer()
        changed = msgspec.structs.replace(
            timer,
            departure_time=departure_time or timer.departure_time,
            is_enabled=timer.is_enabled if is_enabled is None else is_enabled,
            weekdays=timer.weekdays if weekdays is None else tuple(weekdays),
        )
        profile = msgspec.structs.replace(self, **{name: changed})
        check_profile(profile)
        return profile


def read_charging_profile(body: bytes) -> ChargingProfile:
    """Return the profile of an answer; MalformedPayload when there is none in it."""
    document = _decode(body)
    shapes = [key for key in document if key == WEEKLY_PLANNER or key in TWO_TIMERS]
    if len(shapes) != 1:
        raise MalformedPayload("a charging profile without one of its two shapes")
    members = document[shapes[0]]
    profile = read_object(ChargingProfile, members)
    if profile is None or not isinstance(members, dict):
        raise MalformedPayload("a charging profile that is no object")
    others = msgspec.json.encode(_without(members, _members_of(profile))).decode()
    return msgspec.structs.replace(profile, shape=shapes[0], others=others)


def read_wanted_profile(text: str | None) -> ChargingProfile:
    """Return the profile that a person wants set, out of its JSON text; ConfigError when there is none in it."""
    if not text:
        raise ConfigError("a charging profile is needed")
    try:
        return read_charging_profile(text.encode())
    except MalformedPayload as error:
        raise ConfigError(f"this is no charging profile: {error}") from error


def as_json(body: bytes) -> bytes:
    """Return the body of a charging profile as JSON: as it came, or without the commas that are too many."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except NOT_JSON:
        return _STRAY_COMMA.sub(b"", body)
    return body


def encode_charging_profile(profile: ChargingProfile) -> str:
    """Return the profile as BMW's JSON text, in the shape it came in; ConfigError for what no car could take."""
    check_profile(profile)
    others = msgspec.json.decode(profile.others, type=dict[str, object])
    return msgspec.json.encode({profile.shape: _with(_members_of(profile), others)}).decode()


def check_profile(profile: ChargingProfile) -> None:
    """Raise ConfigError for a profile that no car could take."""
    if profile.shape != WEEKLY_PLANNER and profile.shape not in TWO_TIMERS:
        raise ConfigError(f"no charging profile has the shape {profile.shape[:40]!r}")
    timers = {name: timer for name in _TIMERS if (timer := getattr(profile, name)) is not None}
    if not profile.is_weekly and timers.keys() - set(_TIMERS[:2]):
        raise ConfigError("a charging profile of two timers has no others", hint=_timers_hint(is_weekly=False))
    for name, timer in timers.items():
        check_clock(name, timer.departure_time)
        if timer.weekdays and not profile.is_weekly:
            raise ConfigError(f"{name}: a profile of two timers has no weekdays", hint="They hold for every day.")
        if unknown := [day for day in timer.weekdays or () if not isinstance(day, Weekday)]:
            raise ConfigError(f"{name}: {unknown[0][:20]!r} is no weekday", hint="MONDAY to SUNDAY")
    if profile.window is not None:
        check_clock("the charging window", profile.window.start_time)
        check_clock("the charging window", profile.window.end_time)


def _members_of(profile: ChargingProfile) -> dict[str, object]:
    members: dict[str, object] = msgspec.to_builtins(profile)
    return {name: value for name, value in members.items() if name not in {"shape", "others"}}


def _without(members: dict[str, object], ours: dict[str, object]) -> dict[str, object]:
    """Return the members that are not among ours, and what is so of the objects in both."""
    rest = {name: value for name, value in members.items() if name not in ours}
    for name, value in members.items():
        inner = ours.get(name)
        if isinstance(value, dict) and isinstance(inner, dict) and (deeper := _without(value, inner)):
            rest[name] = deeper
    return rest


def _with(members: dict[str, object], others: dict[str, object]) -> dict[str, object]:
    """Return the members with the others, which never take the place of one."""
    merged = {**others, **members}
    for name, value in members.items():
        inner = others.get(name)
        if isinstance(value, dict) and isinstance(inner, dict):
            merged[name] = _with(value, inner)
    return merged


def check_clock(name: str, clock: str | None) -> None:
    """Raise ConfigError for a text that is no time of day as HH:MM; None is fine."""
    if clock is not None and _CLOCK.fullmatch(clock) is None:
        raise ConfigError(f"{name}: {clock[:20]!r} is no time", hint="Write it like 07:30, in the car's local time.")


def _timers_hint(*, is_weekly: bool) -> str:
    return "It has " + ("timer_1, timer_2, timer_3 and override_timer." if is_weekly else "timer_1 and timer_2.")


def _decode(body: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except NOT_JSON:
        pass
    try:
        return msgspec.json.decode(_STRAY_COMMA.sub(b"", body), type=dict[str, object])
    except NOT_JSON as error:
        raise MalformedPayload("a charging profile that is not JSON") from error
