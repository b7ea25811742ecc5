"""Milliseconds of the emulator's clock as moments that can be written."""

import datetime as dt


def utc_moment(at_ms: int) -> dt.datetime:
    """Return an aware UTC datetime, exact to the millisecond, for milliseconds since 1970 UTC."""
    return dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC) + dt.timedelta(milliseconds=at_ms % 1000)
