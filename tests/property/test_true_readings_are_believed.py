"""Whatever a simulated car truly says is believed: each value by itself, places and charge levels beside others."""

import json

import pytest
from tests.emulated import HeardCars

from bimmerhub.bmw.cardata.wire import decode_message, decode_telematic_data
from bimmerhub.domain.plausibility.one_value import Doubt, sift
from bimmerhub.domain.plausibility.outliers import OUTLIERS, Mark
from bimmerhub.emulator.cardata.answers.telematic import format_entry
from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.ids import Descriptor, Gcid

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
DAYS = 14
GCID = Gcid("11111111-2222-3333-4444-555555555555")
DAY_MS = 86_400_000


@pytest.mark.parametrize("models", [("bev", "phev", "ice"), ("i4", "ix3", "i3"), ("x1", "motorcycle")], ids=" ".join)
def test_no_true_position_or_charge_level_is_an_outlier(models: tuple[str, ...]) -> None:
    marks: dict[tuple[str, Descriptor], list[Mark]] = {}
    for message in HeardCars(seed=7, start_ms=START_MS, models=models).advance(START_MS + DAYS * DAY_MS):
        descriptor = Descriptor(message.descriptor)
        if descriptor in OUTLIERS and isinstance(message.value, int | float):
            marks.setdefault((message.vin, descriptor), []).append((message.measured_at_ms, message.value))
    assert len(marks) >= 2
    for (vin, descriptor), said in marks.items():
        assert OUTLIERS[descriptor].judge(said) == set(said), (vin, descriptor)


def test_no_true_value_is_doubted() -> None:
    heard = HeardCars(seed=7, start_ms=START_MS, models=tuple(MODELS))
    doubts: list[Doubt] = []
    for message in heard.advance(START_MS + 3 * DAY_MS):
        decoded = decode_message(message.encode(GCID), received_at_ms=message.sent_at_ms)
        assert decoded.refused == ()
        doubts += sift(decoded.readings).doubts
    for car in heard.cars:
        answer = {"telematicData": {key: format_entry(value) for key, value in heard.known_of(car.vin).items()}}
        decoded = decode_telematic_data(json.dumps(answer).encode(), vin=car.vin, received_at_ms=heard.now_ms)
        assert decoded.refused == ()
        doubts += sift(decoded.readings).doubts
    assert doubts == []
