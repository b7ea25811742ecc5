"""What the hub's description promises of texts in a body: each that fits a pattern is read, the usual ones fit."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.times import DAY_MS, parse_time
from bimmerhub.web.json_body import MOMENT_PATTERN
from bimmerhub.web.routes.places import AT_PATTERN


@settings(max_examples=100, deadline=None)
@given(st.from_regex(MOMENT_PATTERN, fullmatch=True).filter(lambda text: text[4:10] != "-02-29"))
def test_a_moment_that_fits_is_read(text: str) -> None:
    if text[:10] not in {"1970-01-01", "9999-12-31"}:  # a zone leads out of the years that are stored
        assert parse_time(text.strip(), name="at") > -DAY_MS


@pytest.mark.parametrize(
    "text", ["2026-09-04", "2026-09-04T08:15Z", "2026-09-04T08:15:30.123456+02:00", "2028-02-29T08:15:30-05:30"]
)
def test_the_usual_moments_fit(text: str) -> None:
    assert re.search(MOMENT_PATTERN, text)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-09-04T08:15:30", "2026-13-01", "2026-02-30"])
def test_what_is_no_moment_fits_not(text: str) -> None:
    assert not re.search(MOMENT_PATTERN, text)


@settings(max_examples=100, deadline=None)
@given(st.from_regex(AT_PATTERN, fullmatch=True).filter(lambda text: "," in text))
def test_degrees_that_fit_are_read(text: str) -> None:
    latitude_deg, longitude_deg = map(float, text.split(","))
    assert abs(latitude_deg) <= 90
    assert abs(longitude_deg) <= 180


@pytest.mark.parametrize("text", ["48.1770,11.5590", "48.1770, 11.5590", "-90,180.0", "WBA00000000000001", "abcdefgh"])
def test_the_usual_places_fit(text: str) -> None:
    assert re.search(AT_PATTERN, text)
