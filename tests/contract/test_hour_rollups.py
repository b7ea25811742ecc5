"""A store's hour roll-ups follow the rule of the domain, however the readings came."""

import asyncio
import math
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.folds.hour_rollups import derive_hours
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import HOUR_MS

CAR, KEY = Vin("WBA00000000000001"), Descriptor("vehicle.isMoving")
START_MS = 1_800_000_000_000 // HOUR_MS * HOUR_MS
HOURS = 4

SAMPLES = st.lists(
    st.tuples(
        st.integers(0, HOURS * HOUR_MS - 1).map(lambda after_ms: START_MS + after_ms),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(10**6), 10**6),
            st.floats(-1e6, 1e6).filter(lambda number: not number.is_integer()),
            st.sampled_from(["OPEN", "CLOSED", "2024.10"]),
        ),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(samples=SAMPLES, chance=st.randoms(use_true_random=False))
def test_each_hour_is_what_the_rule_says(
    open_store: Any, make_reading: Any, samples: Any, chance: random.Random
) -> None:
    shuffled = chance.sample([*samples, *samples[:9]], len(samples) + len(samples[:9]))
    cut = chance.randrange(len(shuffled) + 1)
    buckets = asyncio.run(_buckets(open_store, make_reading, [shuffled[:cut], shuffled[cut:]]))
    expected = derive_hours(samples)
    assert len(buckets) == len(expected)
    for bucket, hour in zip(buckets, expected, strict=True):
        assert (bucket.start_at_ms, bucket.count) == (hour.start_at_ms, hour.count)
        assert (bucket.min, bucket.max) == (hour.min, hour.max)
        assert (repr(bucket.first), repr(bucket.last)) == (repr(hour.first), repr(hour.last))
        assert (bucket.mean is None) == (hour.mean is None)
        assert bucket.mean is None or math.isclose(bucket.mean, hour.mean or 0, rel_tol=1e-9, abs_tol=1e-6)


async def _buckets(open_store: Any, make_reading: Any, pieces: list[Any]) -> Any:
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory)) as store:
            for piece in pieces:
                readings = [make_reading(value, at_ms=at_ms, descriptor=KEY) for at_ms, value in piece]
                await store.append(Batch(readings=readings))
            stretch = {"from_ms": START_MS, "to_ms": START_MS + HOURS * HOUR_MS}
            return await store.downsample(CAR, KEY, **stretch, buckets=HOURS)
