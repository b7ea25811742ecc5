"""Readings of an older family go the way of CarData's: judged, stored, in the state, the history and the positions."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pytest
from tests.hub.ingest.speaking_car import SpeakingCar

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.iremote.wire import decode_status_readings
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.views.cars.history import view_readings
from bimmerhub.views.cars.positions import view_positions
from bimmerhub.views.cars.state import view_state
from bimmerhub.views.viewer import OWNER

START_MS: Final = 1_588_694_400_000  # 2020-05-05T16:00:00Z
MINUTE_MS: Final = 60_000
STATUS: Final = {
    "chargingLevelHv": 60,
    "mileage": 12_000,
    "remainingRangeElectric": 150,
    "doorLockState": "SECURED",
    "position": {"lat": 48.1, "lon": 11.5, "heading": 90, "status": "OK"},
}


class PolledCar:
    """A car that i Remote is asked about."""

    def __init__(self, car: SpeakingCar) -> None:
        assert car.store is not None
        self.vin, self.live, self.store, self.vehicle = car.vehicle.vin, car.live, car.store, car.vehicle
        self.refused: list[Refused] = []

    async def poll(self, minute: int, **changes: Any) -> None:
        at_ms = START_MS + minute * MINUTE_MS
        time = f"2020-05-05T{18 + minute // 60:02}:{minute % 60:02}:00+0200"
        body = json.dumps({"vehicleStatus": {**STATUS, "updateTime": time, **changes}}).encode()
        decoded = decode_status_readings(body, AnswerStamp(vin=self.vin, received_at_ms=at_ms, server_time_ms=at_ms))
        ingest = Ingest(
            self.store,
            introduce=self.live.introduce,
            fold=self.live.fold,
            tell=lambda _: None,
            reload=partial(self.live.reload, self.store),
        )
        arrival = Arrival(
            place="iremote", payload=body, received_at_ms=at_ms, readings=decoded.readings, errors=decoded.refused
        )
        self.refused += (await ingest.take([arrival], origin=Origin.REST)).refused

    async def values(self, *names: str) -> list[Value]:
        now_ms = START_MS + 10 * 60 * MINUTE_MS
        signals = (await view_state(OWNER, self.live, self.vin, now_ms=now_ms)).signals
        again = LiveVehicles()
        await again.load(self.store, [self.vehicle])
        assert (await view_state(OWNER, again, self.vin, now_ms=now_ms)).signals == signals
        assert {signals[name].source for name in names} == {"iremote"}
        return [signals[name].value for name in names]

    async def history(self, name: str) -> Sequence[Value]:
        page = await view_readings(
            OWNER,
            self.store,
            self.vin,
            signal_by_name(name),
            vehicles=self.live,
            catalogue=load_catalogue(),
            from_ms=0,
            to_ms=2 * START_MS,
        )
        return [item.value for item in page.items]


@pytest.fixture
def polled(stored_car: SpeakingCar) -> PolledCar:
    return PolledCar(stored_car)


async def test_state_history_and_positions(polled: PolledCar) -> None:
    await polled.poll(0)
    await polled.poll(30, chargingLevelHv=62, position={"lat": 48.2, "lon": 11.6, "heading": 0, "status": "OK"})
    assert await polled.values("soc_percent", "odometer_km", "lock_state") == [62, 12_000, "secured"]
    assert await polled.values("latitude_deg", "longitude_deg", "heading_deg") == [48.2, 11.6, 0]
    assert await polled.history("soc_percent") == [60, 62]
    page = await view_positions(OWNER, polled.store, polled.vin, from_ms=0, to_ms=2 * START_MS)
    assert [(item.latitude_deg, item.longitude_deg, item.heading_deg) for item in page.items] == [
        (48.1, 11.5, 90),
        (48.2, 11.6, 0),
    ]
    assert polled.refused == []


async def test_what_cannot_be_true_is_set_apart(polled: PolledCar) -> None:
    for minute in (0, 10, 20):
        await polled.poll(minute)
    await polled.poll(30, mileage=19_312, chargingLevelHv=255)
    for minute in (40, 50, 60):
        await polled.poll(minute)
    assert await polled.history("odometer_km") == [12_000] * 6
    assert await polled.history("soc_percent") == [60] * 6
