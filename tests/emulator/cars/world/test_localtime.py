"""Local time is worked out; the system's time zone files, where there are any, say the same."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.emulator.cars.world.localtime import local_day, local_ms, utc_offset_ms

try:
    BERLIN = ZoneInfo("Europe/Berlin")
except ZoneInfoNotFoundError:  # Windows and slim containers have no time zone files
    pytest.skip("no time zone files here", allow_module_level=True)

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MOMENTS = st.datetimes(datetime(1997, 1, 1), datetime(2036, 12, 31)).map(  # noqa: DTZ001 - made aware here
    lambda naive: round(naive.replace(tzinfo=UTC).timestamp() * 1000)
)


def berlin(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, BERLIN)


@given(MOMENTS)
def test_offset_and_day_are_those_of_berlin(at_ms: int) -> None:
    there = berlin(at_ms)
    offset = there.utcoffset()
    assert offset is not None
    assert utc_offset_ms(at_ms) == offset.total_seconds() * 1000
    assert local_day(at_ms) == there.date().toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()


@given(MOMENTS, st.sampled_from([0, 1.5, 4, 7.25, 12, 23.5]))
def test_clocks_show_the_hour_asked_for(at_ms: int, hour: float) -> None:
    shown = berlin(local_ms(local_day(at_ms), hour))
    assert shown.hour + shown.minute / 60 == hour


def test_clocks_change_at_one_utc() -> None:
    change_ms = round(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000)
    assert (utc_offset_ms(change_ms - 1), utc_offset_ms(change_ms)) == (HOUR_MS, 2 * HOUR_MS)
