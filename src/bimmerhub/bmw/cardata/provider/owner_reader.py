"""Reading one owner's cars by REST: only what they consented to, and never again what was taken back.

The first read of an owner costs 3 calls and one for each car (cars, containers, a new container), a later one a call
for each car, and one more a day for the list of cars.
"""

from dataclasses import replace

from bimmerhub.bmw.cardata.containers import Containers
from bimmerhub.bmw.cardata.provider.held_owner import HeldOwner
from bimmerhub.bmw.cardata.provider.owner import RevocationReason
from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.wire import decode_telematic_data
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import BmwRefused, SignInRequired
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS

NO_SUCH_CAR = "CU-104"
SECONDARY = "SECONDARY"
CARS_LISTED_EVERY_MS = DAY_MS
LONGEST_NAME = 100


class OwnerReader:
    """The reading of one held owner."""

    def __init__(self, owner: HeldOwner, *, rest: CarDataRest, clock: Clock) -> None:
        self._owner = owner
        self._rest = rest
        self._clock = clock

    async def read(self) -> list[Reading]:
        """Return the last known values of every car, those of a car together.

        What has been taken back is noted in the owner, and is not there. Raises what keeps this owner from being read
        now, SignInRequired only where it is not the owner's doing.
        """
        readings: list[Reading] = []
        try:
            await self._list_cars()
            await self._ensure_containers()
            for vin in self._owner.record.vins:
                readings += await self._read_car(vin)
        except SignInRequired as error:
            await self._owner.end_by(error, now_ms=self._clock.now_ms())
        except BmwRefused as error:
            if error.code != NO_SUCH_CONTAINER:
                raise
            await self._owner.end(RevocationReason.CONTAINER, at_ms=self._clock.now_ms())
        return readings

    async def _list_cars(self) -> None:
        """Learn which cars there are, once a day; those that are not listed any more are gone."""
        record, now_ms = self._owner.record, self._clock.now_ms()
        if (
            record.listed_at_ms is not None
            and record.listed_at_ms <= now_ms < record.listed_at_ms + CARS_LISTED_EVERY_MS
        ):
            return
        mappings = await self._rest.fetch_mapping_list()
        listed = [mapping.vin for mapping in mappings.data if mapping.mapping_type != SECONDARY]
        gone = set() if mappings.unreadable_items else set(record.vins).difference(listed)
        if gone:
            await self._owner.lose_cars(gone, at_ms=now_ms)
        if self._owner.record.is_active:
            refused = self._owner.record.refused_vins
            vins = dict.fromkeys([*self._owner.record.vins, *(vin for vin in listed if vin not in refused)])
            await self._owner.change(replace(self._owner.record, vins=tuple(vins), listed_at_ms=now_ms))

    async def _ensure_containers(self) -> None:
        """Find or make the containers for what the owner consented to."""
        record = self._owner.record
        if record.vins and not record.container_ids:
            containers = Containers(
                self._rest, name=record.consent.purpose[:LONGEST_NAME]
            )  # what an owner may be shown
            ensured = await containers.ensure(record.consent.descriptors)
            await self._owner.change(replace(self._owner.record, container_ids=ensured.ids))

    async def _read_car(self, vin: Vin) -> list[Reading]:
        readings: list[Reading] = []
        try:
            for container_id in self._owner.record.container_ids:
                body = await self._rest.fetch_telematic_data(vin, container_id)
                now_ms, answered_at_ms = self._clock.now_ms(), self._rest.server_time_ms
                decoded = decode_telematic_data(body, vin=vin, received_at_ms=now_ms, answered_at_ms=answered_at_ms)
                readings += decoded.readings
        except BmwRefused as error:
            if error.code != NO_SUCH_CAR:
                raise
            await self._owner.lose_cars({vin}, at_ms=self._clock.now_ms())
        return readings
