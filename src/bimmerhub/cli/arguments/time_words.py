"""Times on the command line: the present, and those that a person gives as a date, a time or an age."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bimmerhub.cli.context import WrongUsage
from bimmerhub.times import DAY_MS, EARLIEST_MS, HOUR_MS, LATEST_MS, MINUTE_MS

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_AGO_IN_WORDS = re.compile(r"-?(\d{1,6})\s*(m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)(?: ago)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_AGO_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}

TIME_HELP = "A time (2026-01-31, 2026-01-31T08:00:00Z; local without a zone) or how long ago (30m, 24h, 7d, 4w)."


def now_ms() -> int:
    """Return the machine's time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def parse_moment(text: str, *, now: int) -> int:
    """Return a time given on the command line as milliseconds UTC; a date or time without a zone is local.

    WrongUsage when it is neither a time nor an age, or none of the years 1970 to 9999.
    """
    if text.strip().casefold() == "now":
        return now
    if match := _AGO.fullmatch(text.strip()):
        at_ms = max(EARLIEST_MS, now - int(match[1]) * _AGO_MS[match[2]])
    else:
        try:
            at_ms = round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)
        except OverflowError as error:
            raise WrongUsage(f"{text!r} is out of range", hint=TIME_HELP) from error
        except ValueError as error:
            near = _nearest_form(text.strip().casefold(), now=now)
            hint = TIME_HELP if near is None else f"Did you mean {near}?"
            raise WrongUsage(f"{text!r} is not a time", hint=hint) from error
    if not EARLIEST_MS <= at_ms <= LATEST_MS:
        raise WrongUsage(f"{text!r} is out of range", hint=TIME_HELP)
    return at_ms


def _nearest_form(text: str, *, now: int) -> str | None:
    """Return how a time that a person would write so is written here; None for what is no time at all."""
    today = datetime.fromtimestamp(now / 1000).astimezone()
    days_ago = {"today": 0, "yesterday": 1}.get(text)
    if days_ago is not None:
        return (today - timedelta(days=days_ago)).date().isoformat()
    if match := _AGO_IN_WORDS.fullmatch(text):
        return f"{match[1]}{match[2][0]}"
    if match := _DAY_FIRST.fullmatch(text):
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return None


async def fetch_now_ms(settings: "HubConfig") -> int:
    """Return the time that a hub with these settings lives by: the machine's, or that of a followed emulator.

    Milliseconds UTC. ConfigError when the emulator cannot be reached.
    """
    if settings.clock.follow is None:
        return now_ms()
    from bimmerhub.hub.process.clock import opened_clock

    async with opened_clock(settings) as clock:
        return clock.now_ms()
