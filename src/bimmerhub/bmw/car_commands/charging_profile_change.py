"""A change applied to a car's charging profile, in either shape. Pure."""

from enum import StrEnum
from typing import TypeVar

import msgspec

from bimmerhub.bmw.car_commands.charging_profile import (
    ChargingPreference,
    ChargingProfile,
    ChargingStart,
    PreferredWindow,
    Weekday,
    check_profile,
)
from bimmerhub.domain.profile_change import ProfileChange, TimerChange
from bimmerhub.errors import ConfigError

W = TypeVar("W", bound=StrEnum)


def change_profile(profile: ChargingProfile, change: ProfileChange) -> ChargingProfile:
    """Return the changed profile; ConfigError for what its shape lacks, a word that is none, or no change at all."""
    if not change.details:
        raise ConfigError("nothing of the charging profile is to be changed")
    for timer in change.timers:
        profile = _with_timer(profile, timer)
    changed = msgspec.structs.replace(
        profile,
        charging_start=_word(ChargingStart, change.charging_start) or profile.charging_start,
        charging_preference=_word(ChargingPreference, change.charging_preference) or profile.charging_preference,
        is_climate_enabled=profile.is_climate_enabled
        if change.is_climate_enabled is None
        else change.is_climate_enabled,
        window=_window(profile, change),
    )
    check_profile(changed)
    return changed


def _with_timer(profile: ChargingProfile, change: TimerChange) -> ChargingProfile:
    if change.weekdays is not None and not profile.is_weekly:
        raise ConfigError(
            f"{change.timer}: a profile of two timers has no weekdays", hint="Its departures hold for every day."
        )
    days = None if change.weekdays is None else [day for word in change.weekdays if (day := _word(Weekday, word))]
    return profile.with_timer(
        change.timer, departure_time=change.departure, is_enabled=change.is_enabled, weekdays=days
    )


def _window(profile: ChargingProfile, change: ProfileChange) -> PreferredWindow | None:
    if (change.window_begin is None) != (change.window_end is None):
        raise ConfigError("a charging window has a begin and an end")
    if change.window_begin is None and change.is_window_enabled is None:
        return profile.window
    if change.is_window_enabled is not None and not profile.is_weekly:
        raise ConfigError(
            "the window of a profile of two timers is not switched on or off",
            hint="The preference says whether charging keeps to it.",
        )
    window = profile.window or PreferredWindow()
    return msgspec.structs.replace(
        window,
        start_time=change.window_begin or window.start_time,
        end_time=change.window_end or window.end_time,
        is_enabled=window.is_enabled if change.is_window_enabled is None else change.is_window_enabled,
    )


def _word(words: type[W], text: str | None) -> W | None:
    """Return BMW's word; None for None, ConfigError for one that it does not have."""
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise ConfigError(
            f"a charging profile does not know {text[:40]!r}", hint=f"Known: {', '.join(words)}."
        ) from None
