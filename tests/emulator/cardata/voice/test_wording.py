"""The neutral truth in CarData's words: each quantity and each state has some."""

from dataclasses import replace
from typing import get_args

import msgspec
import pytest

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.dialects import DIALECTS, keys_of
from bimmerhub.emulator.cardata.voice.wording import put_into_words
from bimmerhub.emulator.cars import MODELS, CarTruth, Garage, Report
from bimmerhub.emulator.cars.states import ChargingState, ClimateActivity, LockState, StarterHealth
from bimmerhub.emulator.cars.truth import ClimateTruth, Locking, OpenedOrClosed, PredictedLevel, Quantity
from bimmerhub.times import DAY_MS, MINUTE_MS

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
DIALECT = DIALECTS["bev"]


def truth() -> CarTruth:
    garage = Garage(seed=1, start_ms=START_MS, models=["bev"])
    return garage.truth(garage.cars[0].vin)


def test_everything_that_cars_report_in_a_month_has_words_in_keys_that_some_car_has() -> None:
    garage, reports = Garage(seed=1, start_ms=START_MS, models=["bev", "phev", "ice"]), list[Report]()
    reports += garage.listen(reports.append)
    garage.command(MODELS["bev"].vin, "open", what="trunk")
    garage.command(MODELS["phev"].vin, "charge", soc_percent=10)
    garage.command(MODELS["bev"].vin, "set_charging_profile", profile=msgspec.to_builtins(truth().profile))
    garage.advance(START_MS + 30 * DAY_MS)
    kinds = {type(quantity) for report in reports for quantity in report.quantities}
    spoken = {key for report in reports for key in put_into_words(report.quantities, DIALECT)}
    assert kinds == set(get_args(Quantity))
    assert spoken <= {*keys.EVERY_CAR, *keys.WITH_PLUG, *keys.WITH_TANK}


@pytest.mark.parametrize(("health", "code"), [*zip(StarterHealth, (200, 140, 110, 80), strict=True)])
def test_health_of_the_twelve_volt_battery_is_a_code(health: StarterHealth, code: int) -> None:
    sensors = truth().sensors
    words = put_into_words([replace(sensors, starter=replace(sensors.starter, health=health))], DIALECT)
    assert words[keys.STARTER_REPLACE] == code


@pytest.mark.parametrize(
    ("state", "status", "hv_status"),
    [
        (ChargingState.NOT_CHARGING, "NOCHARGING", "NOT_CHARGING"),
        (ChargingState.STARTING, "INITIALIZATION", "WAITING_FOR_CHARGING"),
        (ChargingState.CHARGING, "CHARGINGACTIVE", "CHARGING"),
        (ChargingState.PAUSED, "CHARGINGPAUSED", "WAITING_FOR_CHARGING"),
        (ChargingState.FULL, "CHARGINGENDED", "FINISHED_FULLY_CHARGED"),
        (ChargingState.ENDED, "CHARGINGENDED", "FINISHED_NOT_FULL"),
        (ChargingState.FAILED, "CHARGINGERROR", "ERROR"),
    ],
)
def test_charging_state_has_two_words(state: ChargingState, status: str, hv_status: str) -> None:
    charging = truth().charging
    assert charging is not None
    words = put_into_words([replace(charging, state=state)], DIALECT)
    assert (words[keys.CHARGING_STATUS], words[keys.HV_STATUS]) == (status, hv_status)


def test_every_lock_and_every_climate_has_a_word() -> None:
    locks = [put_into_words([Locking(lock=lock)], DIALECT)[keys.DOORS_LOCK] for lock in LockState]
    climates = [
        put_into_words([ClimateTruth(activity=activity, remaining_ms=MINUTE_MS)], DIALECT)[keys.COMFORT]
        for activity in ClimateActivity
    ]
    assert locks == ["UNLOCKED", "SELECTIVE-LOCKED", "LOCKED", "SECURED"]
    assert climates == ["NOT_ACTIVE", "COMFORT_HEATING", "COMFORT_COOLING", "COMFORT_VENTILATION"]


def test_models_have_their_own_words_for_an_open_door() -> None:
    opened = OpenedOrClosed(name="row1.driver", is_open=True)
    key = keys.door("row1", "driver")
    assert [put_into_words([opened], DIALECTS[code])[key] for code in ("bev", "ice")] == ["OPEN", "open"]


def test_predicted_level_is_a_percentage_at_most() -> None:
    assert put_into_words([PredictedLevel(soc_percent=103.4)], DIALECT) == {keys.SOC_PREDICTED: 100.0}


def test_every_model_has_a_dialect_and_keys() -> None:
    garage = Garage(seed=1, start_ms=START_MS, models=[*MODELS])
    assert DIALECTS.keys() == MODELS.keys()
    assert all(keys_of(car) for car in garage.cars)
