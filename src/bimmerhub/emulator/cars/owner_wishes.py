"""What the people of a car have set or sent remotely: charging profile, places and messages, lights and horn.

Clock times are minutes after midnight on the car's local clock, weekdays are 0 (Monday) to 6, times are milliseconds
since 1970 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

MINUTES_OF_A_DAY = 1440
WEEKDAYS = 7


class PlannerKind(StrEnum):
    """Which timers a car has: three with weekdays and one for once, or two without weekdays."""

    WEEKLY = "weekly"
    TWO_TIMES = "two times"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerTruth:
    """A departure for which the car is to be ready. None: nobody has set that yet."""

    departure_minute: int | None = None
    is_on: bool | None = None
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTruth:
    """From when to when a car rather charges; the end may be after midnight."""

    start_minute: int
    end_minute: int
    is_on: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTruth:
    """When a car charges and is heated or cooled. `timers` are three or two, by `kind`; only WEEKLY has `override`.

    `is_delayed`: it charges so that it is ready for its departures, within the window if it `prefers_window`.
    """

    kind: PlannerKind
    is_climate_on: bool
    is_delayed: bool
    prefers_window: bool
    timers: tuple[TimerTruth, ...]
    override: TimerTruth | None
    window: WindowTruth

    def starts_at_minute(self, minute: int) -> int | None:
        """Return at which minute of the day a charge may begin that is wanted at `minute`, None: at once."""
        window = self.window
        if not self.is_delayed or not self.prefers_window or window.is_on is False:
            return None
        start, end = window.start_minute, window.end_minute
        is_inside = start <= minute < end if start <= end else minute >= start or minute < end
        return None if is_inside else start

    def departures_on(self, weekday: int) -> list[int]:
        """Return at which minutes of a day, 0 is Monday, the cabin is to be ready."""
        timers = [*self.timers, *([] if self.override is None else [self.override])]
        return [
            timer.departure_minute
            for timer in timers
            if self.is_climate_on and timer.is_on and timer.departure_minute is not None
            if weekday in timer.weekdays or self.kind is PlannerKind.TWO_TIMES
        ]

    def check(self) -> None:
        """Raise ValueError in words for a profile that cannot be."""
        if len(self.timers) != (3 if self.kind is PlannerKind.WEEKLY else 2):
            raise ValueError("a weekly planner has three timers, the other kind two")
        if (self.override is not None) != (self.kind is PlannerKind.WEEKLY):
            raise ValueError("only a weekly planner has a timer for once")
        timers = [*self.timers, *([] if self.override is None else [self.override])]
        minutes = [self.window.start_minute, self.window.end_minute]
        minutes += [timer.departure_minute for timer in timers if timer.departure_minute is not None]
        if any(not 0 <= minute < MINUTES_OF_A_DAY for minute in minutes):
            raise ValueError("a clock time is from 00:00 to 23:59")
        if any(not 0 <= day < WEEKDAYS for timer in timers for day in timer.weekdays):
            raise ValueError("a weekday is 0 (Monday) to 6")


class ChargingLoudness(StrEnum):
    """How loud a car may be while it charges."""

    UNLIMITED = "UNLIMITED_LOUD"
    QUIET = "NO_ACTION"


AC_LIMITS_A: tuple[int, ...] = (*range(6, 17), 20, 32)
"""To how much current (A) charging with AC can be limited."""
CHARGE_TARGETS = tuple(range(20, 101, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingSettingsTruth:
    """How a car charges, as its people have set it; `target_percent` is None until somebody sets it from afar."""

    target_percent: int | None = None
    ac_limit_a: int = AC_LIMITS_A[-1]
    unlocks_cable: bool = False
    loudness: ChargingLoudness = ChargingLoudness.UNLIMITED

    @property
    def is_limited(self) -> bool:
        """Whether the current is limited at all."""
        return self.ac_limit_a < AC_LIMITS_A[-1]

    def check(self) -> None:
        """Raise ValueError in words for settings that cannot be."""
        if self.target_percent is not None and self.target_percent not in CHARGE_TARGETS:
            raise ValueError("the charge target is 20 to 100 percent in steps of 5")
        if self.ac_limit_a not in AC_LIMITS_A:
            raise ValueError(f"the current limit is one of {', '.join(map(str, AC_LIMITS_A))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPlace:
    """A place, or a message without one, that somebody sent to the car. Texts are "" when they were not given."""

    sent_ms: int
    name: str
    text: str
    latitude_deg: float | None
    longitude_deg: float | None
    street: str
    postal_code: str
    town: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsTruth:
    """How often remote commands flashed the lights and blew the horn, and when last (None: never)."""

    flashes: int
    flashed_ms: int | None
    honks: int
    honked_ms: int | None


def usual_profile(kind: PlannerKind) -> ProfileTruth:
    """Return what a car's people have set to begin with: charge at once, leave at 07:20 on workdays."""
    workdays = frozenset(range(5))
    timers: tuple[TimerTruth, ...]
    if kind is PlannerKind.TWO_TIMES:
        timers = (TimerTruth(departure_minute=440, is_on=False), TimerTruth())
        override = None
        window = WindowTruth(start_minute=1320, end_minute=300)
    else:
        timers = (
            TimerTruth(departure_minute=440, is_on=True, weekdays=workdays),
            TimerTruth(departure_minute=600, is_on=False, weekdays=frozenset({5})),
            TimerTruth(departure_minute=0, is_on=False),
        )
        override = TimerTruth(departure_minute=780, is_on=False, weekdays=frozenset({6}))
        window = WindowTruth(start_minute=1320, end_minute=300, is_on=True)
    return ProfileTruth(
        kind=kind,
        is_climate_on=False,
        is_delayed=False,
        prefers_window=kind is PlannerKind.TWO_TIMES,
        timers=timers,
        override=override,
        window=window,
    )
