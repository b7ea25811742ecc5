"""How many calls of the day a schedule will still make."""

import pytest

from bimmerhub.domain.account.quota import derive_planned
from bimmerhub.times import HOUR_MS

MIDNIGHT_MS = 24 * HOUR_MS


@pytest.mark.parametrize(
    ("due_h", "every_h", "calls"),
    [(6, 6, 3 * 2), (0, 6, 4 * 2), (18, 6, 2), (24, 6, 0), (30, 6, 0), (6, 0, 0)],  # 0: no schedule
)
def test_each_vehicle_is_asked_at_each_time_before_the_reset(due_h: int, every_h: int, calls: int) -> None:
    planned = derive_planned(vehicles=2, due_ms=due_h * HOUR_MS, every_ms=every_h * HOUR_MS, until_ms=MIDNIGHT_MS)
    assert planned == calls
