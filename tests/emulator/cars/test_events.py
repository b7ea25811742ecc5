"""What comes and goes in a car's life: warnings, trouble codes, calls to the workshop, stops of a charge."""

import json
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import MODELS

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
MINUTE_MS, DAY_MS = 60_000, 86_400_000
BEV = MODELS["bev"].vin


@pytest.fixture
def garage() -> HeardCars:
    return HeardCars(seed=1, start_ms=START_MS, models=["bev"])


def wait(garage: HeardCars, minutes: float) -> list[StreamMessage]:
    return list(garage.advance(garage.now_ms + round(minutes * MINUTE_MS)))


def sent(messages: list[StreamMessage], key: str) -> list[Any]:
    return [message.value for message in messages if message.descriptor == key]


def held(garage: HeardCars, key: str) -> Any:
    return garage.known_of(BEV)[key].value


def test_warning_is_told_while_it_lasts(garage: HeardCars) -> None:
    garage.command(BEV, "warn", kind="STARTER_WEAK")
    assert [item["id"] for item in json.loads(held(garage, keys.CHECK_CONTROL))] == [415]
    wait(garage, 60)
    garage.command(BEV, "end_warning", kind="STARTER_WEAK")
    assert json.loads(held(garage, keys.CHECK_CONTROL)) == []
    [appearance] = [
        appearance for appearance in garage.truth(BEV)["appearances"] if appearance["what"] == "STARTER_WEAK"
    ]
    assert (appearance["came_ms"], appearance["gone_ms"]) == (START_MS, START_MS + 60 * MINUTE_MS)


def test_trouble_code_comes_goes_and_comes_back(garage: HeardCars) -> None:
    for _ in range(2):
        garage.command(BEV, "note_trouble_code", code="ABC123", address=255)
        assert [code.text for code in ET.fromstring(held(garage, keys.TROUBLE_CODES))][-1] == "ABC123"
        wait(garage, 10)
        garage.command(BEV, "forget_trouble_codes")
        assert "ABC123" not in held(garage, keys.TROUBLE_CODES)
        wait(garage, 10)
    times = [appearance["came_ms"] for appearance in garage.truth(BEV)["appearances"] if appearance["what"] == "ABC123"]
    assert times == [START_MS, START_MS + 20 * MINUTE_MS]


def test_trouble_codes_come_and_go_by_themselves(garage: HeardCars) -> None:
    list(garage.advance(START_MS + 120 * DAY_MS))
    appearances = garage.truth(BEV)["appearances"]
    again = [appearance["what"] for appearance in appearances]
    assert sum(appearance["gone_ms"] is not None for appearance in appearances) > 3
    assert any(again.count(what) > 1 for what in again)
    list(garage.advance(START_MS + 120 * DAY_MS + 6 * 60 * MINUTE_MS))  # the car looks at itself in the night
    there = {appearance["what"] for appearance in garage.truth(BEV)["appearances"] if appearance["gone_ms"] is None}
    assert there >= set(garage.truth(BEV)["trouble_codes"])


@pytest.mark.parametrize(("succeeds", "word"), [(True, "SUCCESSFUL"), (False, "ERROR")])
def test_call_to_the_workshop_is_pending_and_then_answered(garage: HeardCars, succeeds: bool, word: str) -> None:  # noqa: FBT001 - a case
    before = held(garage, keys.AUTOMATIC_CALL)
    garage.command(BEV, "call_service", kind="breakdown", succeeds=succeeds)
    assert sent(wait(garage, 5), keys.TELESERVICE_STATUS) == ["PENDING", word]
    assert held(garage, keys.BREAKDOWN_CALL) == "01.06.2026 00:00 UTC"
    assert held(garage, keys.AUTOMATIC_CALL) == before
    assert (held(garage, keys.TELESERVICE_REPORT) == "01.06.2026 00:03:00 UTC") is succeeds
    assert garage.truth(BEV)["service_calls_ms"]["breakdown"] == START_MS


def test_car_calls_by_itself_once_for_entry_new_reason(garage: HeardCars) -> None:
    garage.command(BEV, "warn", kind="TYRE_PRESSURE_LOW")
    messages = list(garage.advance(START_MS + 6 * DAY_MS))
    calls = sent(messages, keys.AUTOMATIC_CALL)
    assert len(calls) >= 1
    assert all(before != after for before, after in pairwise(calls))
    assert sent(messages, keys.TELESERVICE_STATUS)[:3] == ["PENDING", "SUCCESSFUL", "IDLE"]


def test_interrupted_charge_goes_on_and_a_disrupted_one_does_not(garage: HeardCars) -> None:
    garage.command(BEV, "charge", soc_percent=30, target_percent=80)
    wait(garage, 30)
    garage.command(BEV, "interrupt_charging", minutes=20)
    statuses = sent(wait(garage, 60), keys.CHARGING_STATUS)
    assert statuses == ["CHARGINGINTERRUPTED", "INITIALIZATION", "CHARGINGACTIVE"]
    garage.command(BEV, "disrupt_charging", hint="The power grid failed.")
    assert sent(wait(garage, 120), keys.CHARGING_STATUS) == ["CHARGINGDISRUPTED"]
    [session] = garage.charging_sessions(BEV)
    assert (session["errors"], len(session["blocks"])) == (["The power grid failed."], 2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("warn", {"kind": "RAIN"}),
        ("note_trouble_code", {"code": "<x>"}),
        ("note_trouble_code", {"address": 256}),
        ("call_service", {"kind": "friendly"}),
        ("interrupt_charging", {}),
        ("disrupt_charging", {}),
    ],
)
def test_what_cannot_be_is_refused_in_words(garage: HeardCars, name: str, arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        garage.command(BEV, name, **arguments)
