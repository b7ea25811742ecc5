"""A car that a test lets speak, by stream or REST, and its live state; shapes as BMW sends them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from bimmerhub.bmw.cardata.wire import Decoded, decode_message, decode_telematic_data
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import LATEST_MS
from bimmerhub.views.cars.history import view_readings
from bimmerhub.views.cars.state import SignalAnswer, view_state
from bimmerhub.views.viewer import OWNER

VIN = Vin("WBA00000000000001")
START = datetime(2026, 9, 1, 10, tzinfo=UTC)

Row = tuple[object, str | None] | object


@dataclass(kw_only=True)
class SpeakingCar:
    """A car whose messages become the live state; `minute` counts from the first of September, 10:00 UTC.

    With a store they go the way of all readings, and the state has to be the same after a restart.
    """

    live: LiveVehicles
    store: SqliteStore | None = None
    vehicle: Vehicle = field(default_factory=lambda: Vehicle(vin=VIN))

    async def stream(self, rows: dict[str, Row], *, minute: int = 0) -> None:
        """Send these rows in one message: a value, or a value and its unit."""
        assert (await self.say(rows, minute=minute)).refused == ()

    async def say(self, rows: dict[str, Row], *, minute: int = 0) -> Decoded:
        """Send these rows in one message, whether they can be understood or not; return what is made of it."""
        at = START + timedelta(minutes=minute)
        data = {f"vehicle.{path}": _row(row, at) for path, row in rows.items()}
        message = {"vin": VIN, "timestamp": iso(at), "data": data}
        decoded = decode_message(json.dumps(message).encode(), received_at_ms=to_ms(at))
        await self._take(decoded, at, Origin.STREAM)
        return decoded

    async def rest(self, rows: dict[str, Row], *, minute: int = 0, has_time: bool = True) -> None:
        """Answer a REST call with these rows."""
        at = START + timedelta(minutes=minute)
        data = {
            f"vehicle.{path}": _row(row, at) if has_time else {"timestamp": None, "unit": None, "value": row}
            for path, row in rows.items()
        }
        body = json.dumps({"telematicData": data}).encode()
        decoded = decode_telematic_data(body, vin=VIN, received_at_ms=to_ms(at))
        assert decoded.refused == ()
        await self._take(decoded, at, Origin.REST)

    async def signals(self, *, minute: int = 0) -> dict[str, SignalAnswer]:
        """Return the state."""
        now_ms = to_ms(START + timedelta(minutes=minute))
        state = (await view_state(OWNER, self.live, VIN, now_ms=now_ms)).signals
        if self.store is not None:
            again = LiveVehicles()
            await again.load(self.store, [self.vehicle])
            assert (await view_state(OWNER, again, VIN, now_ms=now_ms)).signals == state
        return state

    async def value(self, name: str) -> Value:
        """Return a signal's value."""
        return (await self.signals())[name].value

    async def history(self, name: str) -> list[Value]:
        """Return a signal's stored values in order of time."""
        assert self.store is not None
        page = await view_readings(
            OWNER,
            self.store,
            VIN,
            signal_by_name(name),
            vehicles=self.live,
            catalogue=load_catalogue(),
            from_ms=0,
            to_ms=LATEST_MS,
        )
        return [item.value for item in page.items]

    def is_a(self, drivetrain: str) -> None:
        """Let BMW's basic data say what drives it."""
        self.vehicle = Vehicle(vin=VIN, drivetrain=drivetrain)
        self.live.introduce(self.vehicle)

    @property
    def drivetrain(self) -> str | None:
        """What the hub takes it for."""
        return self.live.vehicles()[0].drivetrain

    async def _take(self, decoded: Decoded, at: datetime, origin: Origin) -> None:
        if self.store is None:
            self.live.fold([*decoded.readings, *decoded.unclear])
            return
        ingest = Ingest(
            self.store,
            introduce=self.live.introduce,
            fold=self.live.fold,
            tell=lambda _: None,
            reload=partial(self.live.reload, self.store),
        )
        arrival = Arrival(
            place="test",
            payload=b"",
            received_at_ms=to_ms(at),
            readings=decoded.readings,
            errors=decoded.refused,
            unclear=decoded.unclear,
        )
        await ingest.take([arrival], origin=origin)


def _row(row: Row, at: datetime) -> dict[str, object]:
    value, unit = row if isinstance(row, tuple) else (row, None)
    return {"timestamp": iso(at), "value": value} | ({} if unit is None else {"unit": unit})


def iso(at: datetime) -> str:
    """Return the time as the stream writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def to_ms(at: datetime) -> int:
    """Return milliseconds since 1970 UTC."""
    return round(at.timestamp() * 1000)
