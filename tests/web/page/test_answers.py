"""What BMW answered, and what asking it costs, in the page's words."""

from typing import Any

import pytest
from tests.web.page.conftest import Say

NOW_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z
PRICE: dict[str, Any] = {"calls": 1, "may_cost_more": False, "remaining": 34, "answered_at": None}


@pytest.mark.parametrize(
    ("changes", "asked", "button", "is_possible"),
    [
        ({}, "not asked yet", "Ask: 1 of 34 calls", True),
        ({"answered_at": "2026-11-28T09:00:00Z"}, "asked 3 h ago", "Ask: 1 of 34 calls", True),
        ({"may_cost_more": True}, "not asked yet", "Ask: 1 or more of 34 calls", True),
        ({"fresh_until": "2026-11-28T11:59:00Z"}, "not asked yet", "Ask: 1 of 34 calls", True),
        ({"fresh_until": "2026-11-28T12:01:00Z", "may_cost_more": True}, "not asked yet", "Ask: 0 of 34 calls", True),
        ({"fresh_until": "2026-11-28T12:01:00Z", "remaining": 0}, "not asked yet", "Ask: 0 of 0 calls", True),
        ({"calls": 3, "remaining": 2}, "not asked yet", "Ask: 3 of 2 calls", False),
    ],
)  # fmt: skip
def test_the_price_is_said(say: Say, changes: dict[str, object], asked: str, button: str, *, is_possible: bool) -> None:
    words = say("priceWords", {**PRICE, **changes}, NOW_MS, module="answers")
    assert words == {"asked": asked, "button": button, "isPossible": is_possible}


def test_a_family_without_a_quota_has_no_price(say: Say) -> None:
    price = {**PRICE, "remaining": None}
    words = {"asked": "not asked yet", "button": "Ask", "isPossible": True}
    assert say("priceWords", price, NOW_MS, module="answers") == words
    answer = {"served_from": "bmw", "remaining": None, "limit": None, "readings": {"new": 0, "repeated": 0}}
    assert say("answerWords", answer, module="answers") == "BMW answered"


def test_an_answer_is_said_in_a_line(say: Say) -> None:
    answer = {
        "served_from": "bmw",
        "answered_at": "2026-11-28T11:00:00Z",
        "remaining": 33,
        "limit": 50,
        "readings": {"new": 3, "repeated": 40},
    }
    assert (
        say("answerWords", answer, module="answers") == "BMW answered · 3 new values of 43 · 33 of 50 calls left today"
    )
    stored = say("answerWords", {**answer, "served_from": "store"}, module="answers")
    assert "which is fresh enough" in stored


def test_what_is_stored_is_said_line_by_line(say: Say) -> None:
    tyre = {
        "set": "mounted",
        "wheel": "front_left",
        "dimension": "245/45 R19",
        "season": "WINTER",
        "wear": "GOOD",
        "due_km": 48000,
        "defect": "NO_DEFECT",
        "defect_color": "GREEN",
    }
    place = {
        "id": "p",
        "is_gone": False,
        "charging_mode": "DELAYED_CHARGING",
        "windows": [{"begin": "22:30", "end": "06:00"}],
        "period": None,
        "ac_current_limit_a": 16.0,
        "latitude_deg": 48.1,
        "longitude_deg": 11.5,
    }
    session: dict[str, Any] = {
        "started_at": "2026-11-28T11:00:00Z",
        "ended_at": None,
        "start_soc_percent": 31,
        "end_soc_percent": None,
        "energy_from_grid_kwh": 41.2,
        "providers": [],
        "address": "Street 1",
    }
    lines = {
        what: say("answerLines", what, stored, module="answers")
        for what, stored in (
            (
                "tyres",
                {
                    "items": [
                        tyre,
                        {**tyre, "set": "unmounted", "dimension": None, "defect": "SIDE_CUT", "defect_color": "RED"},
                    ]
                },
            ),
            ("charging-settings", {"items": [place, {"id": "q", "is_gone": True}]}),
            ("charging-history", {"items": [session]}),
            ("basic-data", {"fields": {"modelName": "i5", "chargingModes": ["AC", "DC"]}}),
        )
    }
    assert lines["tyres"] == [
        "front left: 245/45 R19, winter, wear good, due at 48,000 km",
        "front left, in store: winter, wear good, due at 48,000 km, defect: side cut",
    ]
    assert lines["charging-settings"] == [
        "48.1000, 11.5000: delayed charging, 22:30 to 06:00, 16 A",
        "q: BMW does not list it any more",
    ]
    assert lines["charging-history"][0].endswith("from 31 %, under way · 41.2 kWh · Street 1")
    assert lines["basic-data"] == ["modelName: i5", "chargingModes: AC, DC"]


@pytest.mark.parametrize(("missing", "used", "may_ask"), [([], 0, True), (["api"], 0, False), (["api"], 3, True)])
def test_an_account_without_cardata_api_has_no_calls(say: Say, missing: list[str], used: int, *, may_ask: bool) -> None:
    account = {"name": "ben", "missing": [{"service": service} for service in missing]}
    assert say("mayAsk", account, {"used": used}, module="answers") is may_ask
