"""A charging profile in the words that a person reads and writes: `on 07:30 mon-fri`."""

import re
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import show_value

if TYPE_CHECKING:
    from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer, DepartureAnswer

DAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_SWITCHES: Final = {"on": True, "off": False}


def rows_of(profile: "ChargingProfileAnswer") -> list[tuple[str, str]]:
    """Return what holds for every departure, one row a thing."""
    window = profile.window
    rows = [
        ("charging", _words(profile.charging_start)),
        ("preference", _words(profile.charging_preference)),
        ("climate", _on(is_on=profile.is_climate_enabled)),
    ]
    if window is not None:
        switched = "" if window.is_enabled is None else f" ({_on(is_on=window.is_enabled)})"
        rows.append(("window", f"{window.begin or '-'} to {window.end or '-'}{switched}"))
    settings = profile.settings
    if settings is not None and settings.target_percent is not None:
        rows.append(("charge target", show_value(settings.target_percent, "%")))
    if settings is not None and settings.ac_limit_a is not None:
        rows.append(("AC limit", show_value(settings.ac_limit_a, "A")))
    return rows


def cells_of(departure: "DepartureAnswer", *, is_weekly: bool) -> tuple[str, ...]:
    """Return a departure's name, time, days, and whether it is on."""
    days = ", ".join(day[:3].capitalize() for day in departure.weekdays)
    if not days:
        days = "-" if is_weekly else "every day"
    return (departure.timer.replace("_", " "), departure.departure or "-", days, _on(is_on=departure.is_enabled))


def parse_timer(text: str) -> dict[str, object]:
    """Return the change of a timer from `1 on 07:30 mon-fri`: its number first, the rest in any order, or left out."""
    number, *words = re.split(r"[\s,]+", text.strip())
    if number not in {"1", "2", "3"} or not words:
        raise WrongUsage(f"{text[:40]!r} is no change of a timer", hint="Write it like --timer '1 on 07:30 mon-fri'.")
    return {"timer": f"timer_{number}", **_change_of(words)}


def parse_once(text: str) -> dict[str, object]:
    """Return the change of the single departure from `07:30`, `07:30 sat` or `off`; a time switches it on."""
    change = _change_of(re.split(r"[\s,]+", text.strip()))
    return {"timer": "override_timer", **({"is_enabled": True} if "departure" in change else {}), **change}


def parse_window(text: str) -> dict[str, object]:
    """Return the change of the window from `23:00-05:00`, `on` or `off`."""
    if text in _SWITCHES:
        return {"is_enabled": _SWITCHES[text]}
    begin, _, end = text.partition("-")
    if not (_CLOCK.fullmatch(begin) and _CLOCK.fullmatch(end)):
        raise WrongUsage(f"{text[:40]!r} is no window", hint="Write it like 23:00-05:00, in the car's local time.")
    return {"begin": begin.zfill(5), "end": end.zfill(5)}


def _change_of(words: list[str]) -> dict[str, object]:
    change: dict[str, object] = {}
    days: list[str] = []
    for word in (word.lower() for word in words):
        if word in _SWITCHES:
            change["is_enabled"] = _SWITCHES[word]
        elif _CLOCK.fullmatch(word):
            change["departure"] = word.zfill(5)
        else:
            days += _days(word)
    return change if not days else {**change, "weekdays": [day for day in DAYS if day in days]}


def _days(word: str) -> list[str]:
    """Return the days of `mon`, `monday`, `mon-fri` or `daily`; a span may go over Sunday."""
    if word == "daily":
        return list(DAYS)
    first, dash, last = word.partition("-")
    begin = _day(first, word)
    count = (_day(last, word) - begin) % len(DAYS) + 1 if dash else 1
    return [DAYS[(begin + index) % len(DAYS)] for index in range(count)]


def _day(text: str, word: str) -> int:
    for index, day in enumerate(DAYS):
        if text.upper() in {day, day[:3]}:
            return index
    raise WrongUsage(f"{word[:40]!r} is no time, no weekday, and not on or off", hint="Such as 07:30, mon, mon-fri.")


def _on(*, is_on: bool | None) -> str:
    return "-" if is_on is None else "on" if is_on else "off"


def _words(word: str | None) -> str:
    return "-" if word is None else word.lower().replace("_", " ")
