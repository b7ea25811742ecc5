"""Keeps the places and meters that a person names, and takes in what the meters show."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from typing_extensions import override

from bimmerhub.domain.own_places import METER_ENERGY, Meter, OwnPlace, is_name, meter_subject, plain_name
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.store.ports.erasure import VehicleErasure
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.times import SECOND_MS
from bimmerhub.views.ports.places import MeterReading, PlaceKeeping, TakenReadings

MOST_NAMED: Final = 5
"""Reasons of refusals that are told; the rest are in quarantine with these."""


class PlaceKeeper(PlaceKeeping):
    """Places and meters of a hub."""

    def __init__(
        self,
        stored: StoredPlaces,
        *,
        ingest: Ingest,
        derivation: Derivation,
        erasure: VehicleErasure,
        now_ms: Callable[[], int],
    ) -> None:
        self._stored = stored
        self._ingest = ingest
        self._derivation = derivation
        self._erasure = erasure
        self._now_ms = now_ms

    @override
    async def save_place(self, name: str, *, latitude_deg: float, longitude_deg: float, radius_m: float) -> OwnPlace:
        place = OwnPlace(
            name=check_name(name),
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            radius_m=radius_m,
            time_zone=await asyncio.to_thread(find_time_zone, latitude_deg, longitude_deg),
        )
        await self._stored.save_place(place)
        return place

    @override
    async def remove_place(self, name: str) -> None:
        if not await self._stored.remove_place(plain_name(name)):
            raise no_such_place(name)

    @override
    async def save_meter(self, name: str, *, place: str) -> Meter:
        meter = Meter(name=check_name(name), place=plain_name(place))
        if not await self._stored.save_meter(meter):
            raise no_such_place(place)
        return meter

    @override
    async def remove_meter(self, name: str, *, with_readings: bool = False) -> None:
        meter = plain_name(name)
        was_there = await self._stored.remove_meter(meter)
        erased = await self._erase_readings(meter) if with_readings else 0
        if not (was_there or erased):
            raise no_such_meter(name)

    @override
    async def take_readings(self, meter: str, readings: Sequence[MeterReading]) -> TakenReadings:
        meter = plain_name(meter)
        if meter not in {stored.name for stored in await self._stored.meters()}:
            raise no_such_meter(meter)
        arrival = Arrival(
            place=f"meter {meter}",
            payload=b"",
            received_at_ms=self._now_ms(),
            readings=[self._to_reading(meter, reading) for reading in readings],
        )
        taken = await self._ingest.take([arrival], origin=Origin.IMPORT)
        reasons = [refused.reason for refused in taken.refused][:MOST_NAMED]
        return TakenReadings(new=taken.new, repeated=taken.repeated, refused=reasons)

    async def _erase_readings(self, meter: str) -> int:
        """Erase what a meter counted, also what is on its way in, and return how many readings that were."""
        await self._ingest.settle()
        async with self._derivation.resting():
            return await self._erasure.erase_readings(meter_subject(meter))

    def _to_reading(self, meter: str, reading: MeterReading) -> Reading:
        at_ms = reading.measured_at_ms // SECOND_MS * SECOND_MS
        kwh = reading.energy_kwh
        return Reading(
            vin=meter_subject(meter),
            descriptor=METER_ENERGY,
            value=int(kwh) if float(kwh).is_integer() else kwh,
            unit="kWh",
            measured_at_ms=at_ms,
            sent_at_ms=at_ms,
            received_at_ms=self._now_ms(),
            source=Source.METER,
        )


def check_name(name: str) -> str:
    """Return the name of a place or a meter; ConfigError for what cannot be one."""
    plain = plain_name(name)
    if not is_name(plain):
        raise ConfigError("that is no name", hint="Take up to 60 characters that show, without a slash.")
    return plain


def find_time_zone(latitude_deg: float, longitude_deg: float) -> str:
    """Return the IANA zone of a position; at sea it is one of whole hours."""
    import tzfpy  # noqa: PLC0415 - the outlines of all zones take a third of a second, and 25 MB

    return tzfpy.get_tz(longitude_deg, latitude_deg) or "UTC"


def no_such_place(name: str) -> NotFound:
    """Return what says that there is no place of that name."""
    return NotFound(f"there is no place {name!r}", hint="List them: bimmerhub places")


def no_such_meter(name: str) -> NotFound:
    """Return what says that there is no meter of that name."""
    return NotFound(f"there is no meter {name!r}", hint="List them: bimmerhub meters")
