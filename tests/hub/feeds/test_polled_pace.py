"""How often a family that is asked is asked."""

import random

import pytest

from bimmerhub.domain.reading import Source, Value
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.errors import ConfigError
from bimmerhub.hub.config import load_settings
from bimmerhub.hub.feeds.polled.polled_pace import PollingSettings, is_awake
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS


def signals(**values: Value) -> dict[str, SignalValue]:
    return {
        name: SignalValue(
            name=name,
            value=value,
            unit=None,
            measured_at_ms=0,
            descriptor=Descriptor("iremote.x"),
            source=Source.IREMOTE,
            quality="measured",
        )
        for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("values", "before", "awake"),
    [
        ({}, None, False),
        ({"is_charging": True}, None, True),
        ({"is_charging": False, "odometer_km": 100}, 100, False),
        ({"is_charging": None, "odometer_km": 101}, 100, True),
        ({"odometer_km": 101}, None, False),
        ({"is_moving": True}, None, True),
    ],
)
def test_car_that_charges_or_has_moved_is_awake(values: dict[str, Value], before: Value, *, awake: bool) -> None:
    assert is_awake(signals(**values), odometer_before=before) is awake


def test_car_of_which_nothing_is_known_sleeps() -> None:
    assert not is_awake(None, odometer_before=None)


def test_pauses_after_failures_grow_up_to_that_of_parked_cars() -> None:
    settings, jitter = PollingSettings(), random.Random(1)
    pauses = [settings.failed_pause_ms(failures, jitter) for failures in (1, 4, 50)]
    assert 0.5 * MINUTE_MS <= pauses[0] <= MINUTE_MS
    assert 4 * MINUTE_MS <= pauses[1] <= 8 * MINUTE_MS
    assert 15 * MINUTE_MS <= pauses[2] <= 30 * MINUTE_MS


def test_active_cars_are_never_asked_more_rarely_than_parked_ones() -> None:
    assert PollingSettings(parked_min=10, active_min=20).pause_ms(is_active=True) == 10 * MINUTE_MS


def test_nobody_is_asked_more_often_than_old_programs_asked() -> None:
    with pytest.raises(ConfigError, match=r"polling\.active_min"):
        load_settings(config_file=None, environment={"BIMMERHUB_POLLING__ACTIVE_MIN": "1"})
