"""What a person changes of a car's charging profile; what is None stays as it is. Pure.

Times are HH:MM in the car's local time, words are BMW's; whether the car's profile has such a thing, its shape says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerChange:
    """A change of one departure: `timer_1` to `timer_3`, or `override_timer`, the single one."""

    timer: str
    departure: str | None = None
    is_enabled: bool | None = None
    weekdays: tuple[str, ...] | None = None

    @property
    def text(self) -> str:
        """The change in one line, as `on 07:30 MONDAY TUESDAY`; empty when it changes nothing."""
        switch = () if self.is_enabled is None else ("on" if self.is_enabled else "off",)
        days = ("no days",) if self.weekdays == () else self.weekdays or ()
        return " ".join([*switch, *([self.departure] if self.departure else []), *days])


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """A change of a charging profile. Of a window, begin and end are set together."""

    charging_start: str | None = None
    charging_preference: str | None = None
    is_climate_enabled: bool | None = None
    window_begin: str | None = None
    window_end: str | None = None
    is_window_enabled: bool | None = None
    timers: tuple[TimerChange, ...] = ()

    @property
    def details(self) -> dict[str, str | bool]:
        """What a record says of it; empty when it changes nothing."""
        window = None if self.window_begin is None else f"{self.window_begin}-{self.window_end}"
        named = {
            "charging_start": self.charging_start,
            "charging_preference": self.charging_preference,
            "is_climate_enabled": self.is_climate_enabled,
            "window": window,
            "is_window_enabled": self.is_window_enabled,
            **{timer.timer: timer.text or None for timer in self.timers},
        }
        return {name: value for name, value in named.items() if value is not None}
