"""However many readings a car claims for one instant, records cost work in proportion, and no more is remembered."""

import random
import sys
from pathlib import Path
from types import FrameType
from typing import Self

import pytest
from tests.hub.conftest import VIN, reading
from tests.hub.ingest.folding import LEVEL, OTHER, START_MS, StretchFold, all_records
from tests.new_stores import open_sqlite

from bimmerhub.domain.charging_sessions.session_evidence import EVIDENCE
from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.folds.fold import fold_order
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.hub.ingest import derivation, instant
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.instant import Instant
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.readings import Batch

PLUG_EVENT = Descriptor("vehicle.body.chargingPort.plugEventId")


def at_once(descriptor: Descriptor, *values: Value) -> list[Reading]:
    return [reading(value, descriptor=descriptor, at_ms=START_MS) for value in values]


class Calls:
    """Counts the calls that are made in this thread while it is entered."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, arg: object) -> None:  # noqa: ARG002 - the hook's signature
        self.count += event in {"call", "c_call"}


async def calls_for(path: Path, readings: int) -> int:
    async with open_sqlite(path) as store:
        await store.append(Batch(readings=at_once(PLUG_EVENT, *range(readings))))
        deriving = Derivation(store.derived, store, [ChargingSessionsFold(), TripsFold(), DaysFold()])
        with Calls() as calls:
            await deriving.catch_up()
        return calls.count


async def test_readings_of_one_instant_cost_in_proportion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "READINGS_PER_PAGE", 50)
    monkeypatch.setattr(instant, "READINGS_PER_INSTANT", 100)
    some = await calls_for(tmp_path / "some.db", 1_000)
    assert await calls_for(tmp_path / "more.db", 3_000) < 4 * some


async def test_of_too_many_at_once_the_last_of_each_descriptor_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derivation, "READINGS_PER_PAGE", 3)
    monkeypatch.setattr(instant, "READINGS_PER_INSTANT", 10)
    readings = [*at_once(LEVEL, *range(5, 30)), *at_once(OTHER, *range(30, 60))]
    async with open_sqlite(tmp_path / "store.db") as store:
        await store.append(Batch(readings=readings))
        await Derivation(store.derived, store, [StretchFold()]).catch_up()
    [record] = all_records(tmp_path / "store.db")
    assert record[-1] == '{"values":["29","59"]}'


def test_an_instant_is_the_same_in_any_order_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant, "READINGS_PER_INSTANT", 10)
    readings = [*at_once(LEVEL, *range(7)), *at_once(OTHER, "x", None, 2.5, 7)]
    for some in (readings[1:], readings):
        expected = sorted(some, key=fold_order) if len(some) == 10 else [readings[6], readings[8]]
        for seed in range(20):
            shuffled = random.Random(seed).sample(some, len(some))
            one = Instant()
            for member in shuffled:
                assert one.takes(START_MS)
                one.add(member)
            assert one.in_order() == expected
            assert not one.takes(START_MS + 1)


def test_long_texts_of_an_instant_count_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant, "READINGS_PER_INSTANT", 10)
    texts = at_once(LEVEL, *(f"{place}{'x' * 2_000}" for place in range(4)))
    for some in (texts, texts[::-1]):
        one = Instant()
        for member in some:
            one.add(member)
        assert one.in_order() == [texts[-1]]


def test_a_charge_remembers_no_long_text() -> None:
    fold = ChargingSessionsFold()
    words = [descriptor for descriptor, evidence in EVIDENCE.items() if evidence.kind != "odometer"]
    assert all(fold.step(fold.initial, member) is None for word in words for member in at_once(word, "x" * 1_000))


def test_a_charge_remembers_one_value_of_a_kind_of_an_instant() -> None:
    fold = ChargingSessionsFold()
    state = fold.initial
    for member in at_once(PLUG_EVENT, *range(1_000)):
        step = fold.step(state, member)
        assert step is not None
        state = step.state
    assert state.said == (("plug_event", 999),)
    assert state.vin == VIN
