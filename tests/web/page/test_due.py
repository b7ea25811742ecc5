"""What a car wants from its owner: service, inspection, the 12 V battery."""

import pytest
from tests.web.page.conftest import Say, signals

NOW_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z


@pytest.mark.parametrize(
    ("values", "is_due", "text"),
    [
        ({"services_due": 1, "next_service_on": "2026-11-01", "distance_to_service_km": 2700}, True,
         "Due since Nov 2026, in 2,700 km"),
        ({"services_due": 2, "next_service_on": "2026-05-01"}, True, "2 items due since May 2026"),
        ({"services_due": 1, "next_service_on": "2027-02-01"}, True, "Due, by Feb 2027"),
        ({"services_due": 1}, True, "Due"),
        ({"services_due": 0, "next_service_on": "2026-10-01"}, True, "Due since Oct 2026"),
        ({"services_due": 0, "next_service_on": "2026-11-01"}, False, "By Nov 2026"),
        ({"services_due": 0, "next_service_on": "2027-05-01", "distance_to_service_km": 14000}, False,
         "In 14,000 km, by May 2027"),
        ({"distance_to_service_km": 0}, False, "In 0 km"),
        ({"distance_to_service_km": -300}, True, "Overdue by 300 km"),
    ],
)  # fmt: skip
def test_a_service_that_is_due_is_said(say: Say, values: dict[str, object], is_due: object, text: str) -> None:
    assert say("service", signals(**values), NOW_MS) == {"isDue": is_due, "text": text}


def test_a_car_that_says_nothing_of_its_service_has_none(say: Say) -> None:
    assert say("service", signals(services_due=0), NOW_MS) is None
    assert say("service", signals(services_due=None, next_service_on=None), NOW_MS) is None
    assert say("inspection", {}, NOW_MS) is None
    assert say("starterBattery", {}) is None


def test_a_late_inspection_is_said(say: Say) -> None:
    late, coming = (say("inspection", signals(next_inspection_on=day), NOW_MS) for day in ("2026-08-01", "2027-08-01"))
    assert late == {"isDue": True, "text": "Due since Aug 2026"}
    assert coming == {"isDue": False, "text": "By Aug 2027"}


@pytest.mark.parametrize(
    ("values", "is_weak", "text"),
    [
        ({"starter_battery_percent": 81, "starter_battery_v": 12.4, "starter_battery_condition": "good"}, False,
         "81 % · 12.4 V"),
        ({"starter_battery_v": 11.9, "starter_battery_condition": "inadequate"}, True, "11.9 V · inadequate"),
        ({"starter_battery_condition": "limited"}, True, "limited"),
        ({"starter_battery_condition": "good"}, False, "good"),
        ({"starter_battery_v": 11.9, "is_starter_battery_low": True}, True, "11.9 V · wants to be charged"),
    ],
)  # fmt: skip
def test_a_weak_12_v_battery_is_marked(say: Say, values: dict[str, object], is_weak: object, text: str) -> None:
    assert say("starterBattery", signals(**values)) == {"isWeak": is_weak, "text": text}
