"""Numbers by which a car's bus says "no value", imported: none is ever told as measured."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import timedelta

from tests.domain.plausibility.no_value_numbers import no_values, numbers, true_range
from tests.hub.ingest.speaking_car import START, VIN, SpeakingCar, iso, to_ms

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import is_number
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Descriptor
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.cars.state import SignalAnswer, view_state
from bimmerhub.views.ports.readings import ImportProgress
from bimmerhub.views.viewer import OWNER


def line(values: Mapping[Descriptor, float], minute: int) -> bytes:
    at = iso(START + timedelta(minutes=minute))
    data = {key: {"timestamp": at, "value": value, "unit": load_catalogue()[key].unit} for key, value in values.items()}
    return json.dumps({"vin": VIN, "timestamp": at, "data": data}).encode()


async def import_lines(store: SqliteStore, lines: list[bytes]) -> ImportProgress:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"\n".join(lines)

    importer = CaptureImport(Ingest(store), now_ms=lambda: to_ms(START) + 86_400_000)
    async with aclosing(importer.import_capture(chunks(), origin="bus.ndjson")) as steps:
        return [step async for step in steps][-1]


async def state(car: SpeakingCar) -> dict[str, SignalAnswer]:
    assert car.store is not None
    live = LiveVehicles()
    await live.load(car.store, [car.vehicle])
    return (await view_state(OWNER, live, VIN, now_ms=to_ms(START))).signals


async def test_no_value_of_any_key_is_shown(stored_car: SpeakingCar) -> None:
    assert stored_car.store is not None
    rows = {key: sorted(set(no_values(key))) for key in numbers()}
    longest = max(map(len, rows.values()))
    lines = [
        line({key: values[place] for key, values in rows.items() if place < len(values)}, minute=place)
        for place in range(longest)
    ]
    last = await import_lines(stored_car.store, lines)
    assert (last.new, last.refused) == (0, sum(map(len, rows.values())))
    assert await state(stored_car) == {}
    refused = await stored_car.store.refused(limit=10_000)
    assert {item.descriptor for item in refused} == rows.keys()


async def test_the_highest_of_each_key_is_shown(stored_car: SpeakingCar) -> None:
    assert stored_car.store is not None
    last = await import_lines(stored_car.store, [line({key: true_range(key)[1] for key in numbers()}, minute=0)])
    assert (last.new, last.refused) == (len(numbers()), 0)
    shown = {signal.descriptor for signal in (await state(stored_car)).values() if is_number(signal.value)}
    assert len(shown) > 60
