"""The live state is what the store holds, also after a restart."""

from collections.abc import Callable
from typing import Any, cast

from tests.hub.conftest import NOW_MS, SOC, VIN, reading

from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.readings import Batch, ReadingQuery
from bimmerhub.store.sqlite.store import SqliteStore

FUEL = Descriptor("vehicle.drivetrain.fuelSystem.level")


async def load(store: SqliteStore) -> LiveVehicles:
    live = LiveVehicles()
    await live.load(store, [])
    return live


async def test_state_after_a_restart_is_the_state_before(store: SqliteStore) -> None:
    readings = [reading(60), reading(61, at_ms=NOW_MS + 1_000), reading(value=True, descriptor="vehicle.isMoving")]
    live = await load(store)
    await store.append(Batch(readings=readings))
    live.fold(readings)
    assert dict((await load(store)).state(VIN) or {}) == dict(live.state(VIN) or {})


async def test_what_comes_after_a_restart_makes_the_same_newest_value_as_without_one(store: SqliteStore) -> None:
    first, second = reading(60), reading(61)._replace(sent_at_ms=NOW_MS + 20_000)
    second_sent_earlier = second._replace(sent_at_ms=NOW_MS + 100)
    live = await load(store)
    await store.append(Batch(readings=[first, second]))
    live.fold([first, second])
    restarted = await load(store)
    for state in (live, restarted):
        state.fold([second_sent_earlier])
        assert (state.state(VIN) or {})["soc_percent"].value == 60


async def test_a_position_is_there_after_a_restart_also_when_its_halves_came_apart(store: SqliteStore) -> None:
    await store.append(
        Batch(
            readings=[
                reading(48.1, descriptor=LATITUDE),
                reading(11.5, descriptor=LONGITUDE),
                reading(48.2, descriptor=LATITUDE, at_ms=NOW_MS + 300_000),
            ]
        )
    )
    state = (await load(store)).state(VIN) or {}
    assert [state[name].value for name in ("latitude_deg", "longitude_deg")] == [48.1, 11.5]


async def test_a_position_is_there_after_a_restart_however_old_it_is(store: SqliteStore) -> None:
    month_ms = 30 * 86_400_000
    lone = [reading(48 + step / 1e6, descriptor=LATITUDE, at_ms=NOW_MS + step * 60_000) for step in range(6_000)]
    readings = [
        *lone,
        reading(11.5, descriptor=LONGITUDE),
        reading(11.6, descriptor=LONGITUDE, at_ms=NOW_MS + month_ms),
    ]
    live = await load(store)
    await store.append(Batch(readings=readings))
    live.fold(readings)
    for state in (live.state(VIN) or {}, (await load(store)).state(VIN) or {}):
        assert [state[name].value for name in ("latitude_deg", "longitude_deg")] == [48, 11.5]


class MeetingStore:
    """A store in which something happens just before the newest points are read."""

    def __init__(self, store: SqliteStore, meanwhile: Callable[[], None]) -> None:
        self._store = store
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        if name == "latest":
            self._meanwhile()
        return getattr(self._store, name)


async def test_what_comes_while_a_state_is_made_anew_is_in_it(store: SqliteStore) -> None:
    await store.append(Batch(readings=[reading(0, descriptor=FUEL)]))
    live = await load(store)

    def meanwhile() -> None:
        live.introduce(Vehicle(vin=VIN, drivetrain="BEV"))
        live.fold([reading(value=True, descriptor="vehicle.isMoving")])

    await live.reload(cast("ReadingQuery", MeetingStore(store, meanwhile)), VIN)
    state = live.state(VIN) or {}
    assert (state["fuel_percent"].value, state["is_moving"].value) == (None, True)


async def test_a_vehicle_that_is_erased_while_its_state_is_made_anew_does_not_come_back(store: SqliteStore) -> None:
    await store.append(Batch(readings=[reading(60)]))
    live = await load(store)
    again = MeetingStore(store, lambda: live.forget(VIN))
    assert await live.reload(cast("ReadingQuery", again), VIN) == []
    assert (live.vehicles(), live.state(VIN)) == ([], None)


async def test_a_vehicle_is_known_by_its_readings_or_by_its_introduction(store: SqliteStore) -> None:
    live = await load(store)
    assert live.state(VIN) is None
    live.introduce(Vehicle(vin=VIN, model="i5"))
    assert live.state(VIN) == {}
    live.fold([reading(50)])
    assert [vehicle.model for vehicle in live.vehicles()] == ["i5"]


def test_each_changed_signal_is_told_once() -> None:
    live = LiveVehicles()
    kinds = [type(event).__name__ for event in live.fold([reading(1), reading(2, at_ms=NOW_MS + 1)])]
    assert kinds == ["SignalChanged"]
    assert live.fold([reading(2, at_ms=NOW_MS + 1, descriptor=SOC)]) == []
