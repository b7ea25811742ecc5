"""A capture in any order, in pieces and repeated leaves the same: points, roll-ups, positions, set apart, state."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.emulated import HeardCars
from tests.new_stores import open_sqlite

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.plausibility.outliers import CHARGE_LEVELS
from bimmerhub.domain.positions import LATITUDE
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.times import format_time
from bimmerhub.views.cars.positions import view_positions
from bimmerhub.views.viewer import OWNER

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
DAY_MS = 86_400_000
FALSE = {LATITUDE: 52.5, CHARGE_LEVELS[0]: 0, ODOMETERS[0]: 4_999_999}
EVERY = 10
"""Of each of the three, one reading in so many is followed by a false one a second later."""


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """A day of an i5, with false readings in it, and every tenth message once more as REST would stamp it."""
    heard = HeardCars(seed=7, start_ms=START_MS, models=("bev",))
    gcid = Gcid("11111111-2222-3333-4444-555555555555")
    counts = dict.fromkeys(FALSE, 0)
    lines: list[bytes] = []
    for number, message in enumerate(heard.advance(START_MS + DAY_MS)):
        line = message.encode(gcid)
        lines.append(line)
        if number % 10 == 0:
            lines.append(line.replace(b'Z","value"', b'.700Z","value"'))
        descriptor = Descriptor(message.descriptor)
        if descriptor in FALSE:
            counts[descriptor] += 1
            if counts[descriptor] % EVERY == EVERY // 2:
                lines.append(_falsify(message, gcid))
    assert min(counts.values()) > EVERY
    return lines


def _falsify(message: Any, gcid: Gcid) -> bytes:
    """Return a message of the next second with the false value."""
    tree = msgspec.json.decode(message.encode(gcid))
    [row] = tree["data"].values()
    row["value"] = FALSE[message.descriptor]
    row["timestamp"] = format_time(message.measured_at_ms + 1_000)
    return msgspec.json.encode(tree)


async def import_pieces(path: Path, pieces: Sequence[Sequence[bytes]]) -> tuple[Any, ...]:
    """Return what is there after the pieces were imported one after the other.

    That is points, roll-ups, positions, what is set apart, and the state.
    """
    async with open_sqlite(path) as store:
        imports = CaptureImport(Ingest(store), now_ms=lambda: START_MS + 2 * DAY_MS)
        for piece in pieces:

            async def chunks(content: bytes = b"\n".join(piece)) -> AsyncIterator[bytes]:
                yield content

            async for _ in imports.import_capture(chunks(), origin="capture"):
                pass
        [vin] = await store.vins()
        series = await store.series(vin)
        keys = [one.descriptor for one in series]
        day_ms = (START_MS, START_MS + DAY_MS)
        rollups = [await store.downsample(vin, key, from_ms=day_ms[0], to_ms=day_ms[1], buckets=24) for key in keys]
        points, _ = await store.range(vin, keys, from_ms=0, to_ms=2 * START_MS, limit=1_000_000)
        positions = await view_positions(OWNER, store, vin, from_ms=0, to_ms=2 * START_MS, limit=10_000)
        apart = sorted(
            (item.reading.descriptor, item.reading.measured_at_ms, item.reading.value, item.reading.sent_after_ms)
            for item in await store.refused(limit=10_000)
            if item.reading is not None
        )
        live = LiveVehicles()
        await live.load(store, [])
        return points, (series, rollups), positions.items, apart, dict(live.state(Vin(vin)) or {})


@pytest.mark.parametrize("seed", range(4))
def test_any_order_repetition_and_pieces_leave_the_same(tmp_path: Path, lines: list[bytes], seed: int) -> None:
    chance = random.Random(seed)
    anyhow = [*lines, *chance.choices(lines, k=len(lines) // 5)]
    chance.shuffle(anyhow)
    cuts = sorted(chance.sample(range(len(anyhow)), 12))
    pieces = [anyhow[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(anyhow)], strict=True)]
    whole = asyncio.run(import_pieces(tmp_path / "whole.db", [lines]))
    assert asyncio.run(import_pieces(tmp_path / "anyhow.db", pieces)) == whole
    points, _, positions, apart, _ = whole
    assert {key for key, *_ in apart} == set(FALSE)
    assert not [point for point in points if FALSE.get(point.descriptor) == point.value]
    assert all(abs(position.latitude_deg - FALSE[LATITUDE]) > 0.5 for position in positions)
