"""Whatever a simulated car truly says of its place and its charge level is believed."""

import pytest
from tests.emulated import HeardCars

from bimmerhub.domain.plausibility.outliers import OUTLIERS, Mark
from bimmerhub.ids import Descriptor

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
DAYS = 14
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
