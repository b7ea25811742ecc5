"""The change of a charging profile, as the page's form sends it."""

from typing import Any

from tests.web.page.conftest import Say

PROFILE: dict[str, Any] = {
    "shape": "weekly",
    "charging_start": "IMMEDIATE_CHARGING",
    "charging_preference": "CHARGING_WINDOW",
    "is_climate_enabled": None,
    "departures": [
        {"timer": "timer_1", "is_enabled": True, "departure": "07:30", "weekdays": ["FRIDAY", "MONDAY"]},
        {"timer": "override_timer", "is_enabled": None, "departure": None, "weekdays": []},
    ],
    "window": {"is_enabled": True, "begin": "22:00", "end": "06:00"},
}
SHOWN: dict[str, Any] = {
    **PROFILE,
    "departures": [
        {"timer": "timer_1", "is_enabled": True, "departure": "07:30", "weekdays": ["MONDAY", "FRIDAY"]},
        {"timer": "override_timer", "is_enabled": None, "departure": "", "weekdays": []},
    ],
}


def change(say: Say, **wanted: object) -> Any:
    return say("profileChange", PROFILE, {**SHOWN, **wanted}, module="profile-words")


def test_what_stays_is_not_sent(say: Say) -> None:
    assert change(say) is None
    assert change(say, charging_start="DELAYED_CHARGING") == {"charging_start": "DELAYED_CHARGING"}
    assert change(say, is_climate_enabled=True) == {"is_climate_enabled": True}


def test_begin_and_end_of_the_window_go_together(say: Say) -> None:
    window = {"is_enabled": True, "begin": "23:00", "end": "06:00"}
    assert change(say, window=window) == {"window": {"begin": "23:00", "end": "06:00"}}
    assert change(say, window={**PROFILE["window"], "is_enabled": False}) == {"window": {"is_enabled": False}}


def test_only_the_departure_that_differs_is_sent(say: Say) -> None:
    first, once = SHOWN["departures"]
    days = {**first, "weekdays": ["MONDAY"]}
    assert change(say, departures=[days, once]) == {"departures": [{"timer": "timer_1", "weekdays": ["MONDAY"]}]}
    leaving = {**once, "is_enabled": True, "departure": "10:00"}
    assert change(say, departures=[first, leaving]) == {
        "departures": [{"timer": "override_timer", "is_enabled": True, "departure": "10:00"}]
    }
    two_timers = {"timer": "timer_1", "is_enabled": True, "departure": "07:30"}
    assert change(say, departures=[two_timers, once]) is None


def test_every_timer_has_a_title(say: Say) -> None:
    for timer in ("timer_1", "timer_2", "timer_3", "override_timer"):
        assert "_" not in say("timerTitle", timer, module="profile-words")


def test_departures_that_bmw_did_not_tell_can_be_set(say: Say) -> None:
    two = {**PROFILE, "shape": "two_timers", "departures": PROFILE["departures"][:1]}
    first, second = say("allDepartures", two, module="profile-words")
    assert (first["departure"], second) == (
        "07:30",
        {"timer": "timer_2", "is_enabled": None, "departure": None, "weekdays": []},
    )
    wanted = {**two, "departures": [first, {"timer": "timer_2", "is_enabled": True, "departure": "08:00"}]}
    assert say("profileChange", two, wanted, module="profile-words") == {
        "departures": [{"timer": "timer_2", "is_enabled": True, "departure": "08:00"}]
    }
    assert len(say("allDepartures", PROFILE, module="profile-words")) == 4


def test_settings_that_stay_are_not_sent(say: Say) -> None:
    told = {"target_percent": 80, "ac_limit_a": None, "ac_limits_a": [6, 16]}
    for wanted, sent in (
        ({"target_percent": "80", "ac_limit_a": ""}, None),
        ({"target_percent": "85", "ac_limit_a": "16"}, {"target_percent": 85, "ac_limit_a": 16}),
        ({"target_percent": "", "ac_limit_a": "16"}, {"ac_limit_a": 16}),
    ):
        assert say("settingsChange", told, wanted, module="profile-words") == sent
