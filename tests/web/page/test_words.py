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
async def test_a_value_has_no_zeros_that_say_nothing(say: Say, value: object, unit: str | None, text: str) -> None:
    assert say("plain", {"value": value, "unit": unit}) == text


async def test_midnight_is_0_00(say: Say) -> None:
    assert say("clock", "2026-11-28T00:00:00Z") == "00:00"
    assert say("clock", "2026-11-28T14:05:00Z", "with the day") == "Nov 28, 14:05"


async def test_the_first_instruction_can_be_followed(site: "Site") -> None:
    async with site.get("/") as answer:
        page = await answer.text()
    assert "bimmerhub login --client-id ID" in page
    assert "bimmerhub login</code>" not in page
