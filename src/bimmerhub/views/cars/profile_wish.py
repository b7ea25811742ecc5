"""A change of a charging profile as a caller asks for it, in the members by which the profile is told."""

import msgspec

from bimmerhub.domain.profile_change import ProfileChange, TimerChange


class DepartureWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of one departure; what is missing or null stays as it is."""

    timer: str
    is_enabled: bool | None = None
    departure: str | None = None
    weekdays: list[str] | None = None


class WindowWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of the charging window: begin and end together, or whether it holds."""

    is_enabled: bool | None = None
    begin: str | None = None
    end: str | None = None


class ProfileWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a charging profile; what is missing or null stays as it is."""

    charging_start: str | None = None
    charging_preference: str | None = None
    is_climate_enabled: bool | None = None
    window: WindowWish | None = None
    departures: list[DepartureWish] = []


def read_profile_wish(wish: ProfileWish) -> ProfileChange:
    """Return the change that is asked for; whether it can be, the car's profile says."""
    window = wish.window or WindowWish()
    return ProfileChange(
        charging_start=wish.charging_start,
        charging_preference=wish.charging_preference,
        is_climate_enabled=wish.is_climate_enabled,
        window_begin=window.begin,
        window_end=window.end,
        is_window_enabled=window.is_enabled,
        timers=tuple(
            TimerChange(
                timer=departure.timer,
                departure=departure.departure,
                is_enabled=departure.is_enabled,
                weekdays=None if departure.weekdays is None else tuple(departure.weekdays),
            )
            for departure in wish.departures
        ),
    )
