"""A change applied to a charging profile: only what it names changes, in both shapes; what a shape lacks is refused."""

import json
from typing import Any

import pytest

from bimmerhub.bmw.car_commands.charging_profile import encode_charging_profile, read_charging_profile
from bimmerhub.bmw.car_commands.charging_profile_change import change_profile
from bimmerhub.domain.profile_change import ProfileChange, TimerChange
from bimmerhub.errors import ConfigError

WEEKLY: dict[str, Any] = {
    "climatizationEnabled": False,
    "chargingMode": "IMMEDIATE_CHARGING",
    "chargingPreferences": "NO_PRESELECTION",
    "timer1": {"departureTime": "07:30", "timerEnabled": True, "weekdays": ["MONDAY"], "repeats": 3},
    "timer2": {"departureTime": "12:00", "timerEnabled": False, "weekdays": []},
    "timer3": {"departureTime": None, "timerEnabled": False, "weekdays": []},
    "overrideTimer": {"departureTime": "09:00", "timerEnabled": False, "weekdays": ["SUNDAY"]},
    "preferredChargingWindow": {"enabled": False, "startTime": "22:00", "endTime": "04:00"},
    "acCurrentLimit": {"value": 16, "unit": "AMPERE"},
    "others": ["a member of BMW's own"],
    "shape": 1,
}
TWO: dict[str, Any] = {
    "climatizationEnabled": True,
    "chargingMode": "DELAYED_CHARGING",
    "chargingPreferences": "CHARGING_WINDOW",
    "timer1": {"departureTime": "07:30", "timerEnabled": True},
    "timer2": {"departureTime": "12:00", "timerEnabled": False},
    "preferredChargingWindow": {"startTime": "22:00", "endTime": "04:00"},
    "hybridMode": None,
}


def changed(shape: str, members: dict[str, Any], change: ProfileChange) -> dict[str, Any]:
    """Return the members that differ after the change, by their path."""
    profile = read_charging_profile(json.dumps({shape: members}).encode())
    after = json.loads(encode_charging_profile(change_profile(profile, change)))
    assert list(after) == [shape]
    old, new = flat(members), flat(after[shape])
    assert old.keys() <= new.keys()
    return {path: value for path, value in new.items() if path not in old or old[path] != value}


def flat(members: dict[str, Any], path: str = "") -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, value in members.items():
        parts |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {f"{path}{name}": value}
    return parts


SWITCHES = [
    (ProfileChange(charging_start="DELAYED_CHARGING"), {"chargingMode": "DELAYED_CHARGING"}),
    (ProfileChange(charging_preference="CHARGING_WINDOW"), {"chargingPreferences": "CHARGING_WINDOW"}),
    (ProfileChange(is_climate_enabled=True), {"climatizationEnabled": True}),
    (
        ProfileChange(window_begin="23:30", window_end="05:00"),
        {"preferredChargingWindow.startTime": "23:30", "preferredChargingWindow.endTime": "05:00"},
    ),
]
WEEKLY_ONLY = [
    (ProfileChange(timers=(TimerChange(timer="timer_1", weekdays=()),)), {"timer1.weekdays": []}),
    (ProfileChange(is_window_enabled=True), {"preferredChargingWindow.enabled": True}),
    (
        ProfileChange(timers=(TimerChange(timer="timer_3", departure="08:00", is_enabled=True, weekdays=("FRIDAY",)),)),
        {"timer3.departureTime": "08:00", "timer3.timerEnabled": True, "timer3.weekdays": ["FRIDAY"]},
    ),
    (
        ProfileChange(timers=(TimerChange(timer="override_timer", departure="10:00", is_enabled=True),)),
        {"overrideTimer.departureTime": "10:00", "overrideTimer.timerEnabled": True},
    ),
]
TIMERS = ProfileChange(
    timers=(TimerChange(timer="timer_1", is_enabled=False), TimerChange(timer="timer_2", departure="06:15"))
)


@pytest.mark.parametrize(("change", "effect"), SWITCHES + WEEKLY_ONLY)
def test_weekly_planner_changes_where_it_is_told(change: ProfileChange, effect: dict[str, Any]) -> None:
    assert changed("weeklyPlanner", WEEKLY, change) == effect


@pytest.mark.parametrize("shape", ["twoTimesTimer", "twoTimeTimer"])
def test_two_timers_change_where_they_are_told(shape: str) -> None:
    assert changed(shape, TWO, TIMERS) == {"timer1.timerEnabled": False, "timer2.departureTime": "06:15"}
    window = ProfileChange(window_begin="23:30", window_end="05:00", charging_start="IMMEDIATE_CHARGING")
    assert changed(shape, TWO, window) == {
        "chargingMode": "IMMEDIATE_CHARGING",
        "preferredChargingWindow.startTime": "23:30",
        "preferredChargingWindow.endTime": "05:00",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ProfileChange(timers=(TimerChange(timer="timer_3", is_enabled=True),)), "no timer_3"),
        (ProfileChange(timers=(TimerChange(timer="override_timer", departure="07:00"),)), "no override_timer"),
        (ProfileChange(timers=(TimerChange(timer="timer_1", weekdays=("MONDAY",)),)), "timer_1.*no weekdays"),
        (ProfileChange(timers=(TimerChange(timer="timer_1", weekdays=()),)), "timer_1.*no weekdays"),
        (ProfileChange(is_window_enabled=True), "window of a profile of two timers"),
    ],
)
def test_what_two_timers_lack_is_refused_by_name(change: ProfileChange, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        changed("twoTimesTimer", TWO, change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ProfileChange(), "nothing"),
        (ProfileChange(timers=(TimerChange(timer="timer_1"),)), "nothing"),
        (ProfileChange(charging_start="SOON"), "'SOON'"),
        (ProfileChange(window_begin="22:00"), "begin and an end"),
        (ProfileChange(window_begin="22:00", window_end="25:00"), "'25:00' is no time"),
        (ProfileChange(timers=(TimerChange(timer="timer_1", departure="7"),)), "'7' is no time"),
        (ProfileChange(timers=(TimerChange(timer="timer_1", weekdays=("FUNDAY",)),)), "'FUNDAY'"),
        (ProfileChange(timers=(TimerChange(timer="shape", departure="07:00"),)), "no shape"),
    ],
)
def test_what_no_profile_could_be_is_refused(change: ProfileChange, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        changed("weeklyPlanner", WEEKLY, change)
