"""Times as the MyBMW app's API writes them, and the shapes in which apps and programs send them."""

import datetime as dt

from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw.access.app_refusals import malformed

NEVER = "0001-01-01T00:00:00Z"
_SHAPES = ("%Y-%m-%d %I:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
"""What programs send beside ISO 8601; one writes twelve hours, in local time, without saying which half of the day."""


def app_time(at_ms: int) -> str:
    """Return a time like 2022-07-10T11:00:00Z."""
    return f"{utc_moment(at_ms):%Y-%m-%dT%H:%M:%SZ}"


def app_millis(at_ms: int) -> str:
    """Return a time like 2021-08-14T20:58:36.403Z."""
    return f"{utc_moment(at_ms):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def read_time(text: str) -> dt.datetime:
    """Return a time that a program sent, aware or not as it was written; RemoteRefusal for what is none."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    for shape in _SHAPES:
        try:
            return dt.datetime.strptime(text, shape)  # noqa: DTZ007 - it names no zone
        except ValueError:
            continue
    raise malformed(f"{text[:40]!r} is no time.")
