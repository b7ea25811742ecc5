"""Values and times as the page writes them."""

from typing import TYPE_CHECKING

import pytest
from tests.web.page.conftest import Say

if TYPE_CHECKING:
    from tests.web.conftest import Site


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (81.2, "kWh", "81.2 kWh"),
        (12.4, "V", "12.4 V"),
        (11, "kW", "11 kW"),
        (2.523, "kW", "2.52 kW"),
        (31873.4, "km", "31,873.4 km"),
        (50.764131, "deg", "50.76413 deg"),
        (True, None, "yes"),
        (None, "km", "not reported"),
        ("not_charging", None, "not charging"),
        ("2026-11-27T16:20:51Z", None, "Nov 27, 16:20"),
        ("2026-11-27", None, "2026-11-27"),
    ],
)
def test_a_value_has_no_zeros_that_say_nothing(say: Say, value: object, unit: str | None, text: str) -> None:
    assert say("plain", {"value": value, "unit": unit}) == text


def test_midnight_is_0_00(say: Say) -> None:
    assert say("clock", "2026-11-28T00:00:00Z") == "00:00"
    assert say("clock", "2026-11-28T14:05:00Z", "with the day") == "Nov 28, 14:05"


async def test_the_first_instruction_can_be_followed(site: "Site") -> None:
    async with site.get("/") as answer:
        page = await answer.text()
    assert "bimmerhub login --client-id ID" in page
    assert "bimmerhub login</code>" not in page


@pytest.mark.parametrize(
    ("seconds", "text"), [(40, "Next try in 40 s"), (-5, "Next try in 0 s"), (300, "Next try in 5 min"), (None, None)]
)
def test_next_try_is_counted_down(say: Say, seconds: int | None, text: str | None) -> None:
    now_ms = 1_785_153_600_000  # 2026-07-27T12:00:00Z
    at = None if seconds is None else f"2026-07-27T12:{seconds // 60:02}:{seconds % 60:02}Z"
    if seconds is not None and seconds < 0:
        at = "2026-07-27T11:59:55Z"
    assert say("nextTry", at, now_ms) == text
