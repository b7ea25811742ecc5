"""Reading one owner's cars by REST: only what they consented to, and never again what was taken back.

The first read of an owner costs 3 calls and one for each car (cars, containers, a new container), a later one a call
for each car, and one more a day for the list of cars. What ends a consent, or the part about a car, is asked for twice,
for it takes a new invitation; a list without a car ends nothing by itself.
"""

from dataclasses import replace

from bimmerhub.bmw.cardata.containers import Containers, is_active
from bimmerhub.bmw.cardata.provider.held_owner import HeldOwner
from bimmerhub.bmw.cardata.provider.owner import RevocationReason
from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.wire import decode_telematic_data
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.tokens.fresh_tokens import SECOND_TRY_AFTER_S
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
            await self._read_cars(readings)
        except SignInRequired as error:
            await self._owner.end_by(error, now_ms=self._clock.now_ms())
        return readings

    async def _list_cars(self) -> None:
        """Learn which cars there are, once a day. One that is not listed any more is asked for until it is refused."""
        record, now_ms = self._owner.record, self._clock.now_ms()
        if (
            record.listed_at_ms is not None
            and record.listed_at_ms <= now_ms < record.listed_at_ms + CARS_LISTED_EVERY_MS
        ):
            return
        mappings = await self._rest.fetch_mapping_list()
        refused = self._owner.record.refused_vins
        listed = [one.vin for one in mappings.data if one.mapping_type != SECONDARY and one.vin not in refused]
        vins = dict.fromkeys([*self._owner.record.vins, *listed])
        await self._owner.change(replace(self._owner.record, vins=tuple(vins), listed_at_ms=now_ms))

    async def _read_cars(self, readings: list[Reading]) -> None:
        """Add the values of every car. A container that is refused ends the consent, unless it was only deleted."""
        for may_be_deleted in (True, False):
            await self._ensure_containers()
            try:
                for vin in self._owner.record.vins:
                    readings += await self._read_car(vin)
            except BmwRefused as error:
                if error.code != NO_SUCH_CONTAINER:
                    raise
                if may_be_deleted and await self._is_container_deleted():
                    readings.clear()
                    await self._owner.change(replace(self._owner.record, container_ids=()))
                    continue
                await self._owner.end(RevocationReason.CONTAINER, at_ms=self._clock.now_ms())
            return

    async def _is_container_deleted(self) -> bool:
        """Tell whether BMW lists one of ours as deleted: only this client can have done that, never the owner."""
        ids = self._owner.record.container_ids
        return any(one.container_id in ids and not is_active(one) for one in await self._rest.fetch_containers())

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
                body = await self._fetch(vin, container_id)
                now_ms, answered_at_ms = self._clock.now_ms(), self._rest.server_time_ms
                decoded = decode_telematic_data(body, vin=vin, received_at_ms=now_ms, answered_at_ms=answered_at_ms)
                readings += decoded.readings
        except BmwRefused as error:
            if error.code != NO_SUCH_CAR:
                raise
            await self._owner.lose_car(vin, at_ms=self._clock.now_ms())
        return readings

    async def _fetch(self, vin: Vin, container_id: str) -> bytes:
        """Return BMW's answer about a car. A refusal that takes something back for good has to come twice."""
        try:
            return await self._rest.fetch_telematic_data(vin, container_id)
        except BmwRefused as error:
            if error.code not in {NO_SUCH_CAR, NO_SUCH_CONTAINER}:
                raise
        await self._clock.sleep(SECOND_TRY_AFTER_S)
        return await self._rest.fetch_telematic_data(vin, container_id)
