"""The REST calls that the hub makes by itself for a CarData account: which cars there are, and their last values.

Costs: the first time 1 call for the mappings, 2 for each new car (what it is, its picture), 2 for a container; then
each time 1 a car (and container, where BMW takes the list in parts only). When a new version wants other descriptors,
2 for their container and 1 to delete the one before. It leaves `reserve` calls of the day untouched, so that a person
can still ask for something. `cardata_schedule` says when.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.wire import decode_telematic_data
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.feeds.cardata_containers import NO_SUCH_CONTAINER, OwnContainers, container_descriptors
from bimmerhub.hub.feeds.cardata_vehicles import CarDataVehicles
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.turns import give_turns
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.containers import StoredContainer

_log = logging.getLogger(__name__)


class Refresh:
    """One account's round of calls. `may_spend` tells whether more than the reserve is left of the day's calls."""

    def __init__(
        self,
        name: str,
        *,
        rest: CarDataRest,
        vehicles: CarDataVehicles,
        containers: OwnContainers,
        images: CarImages,
        ingest: Ingest,
        may_spend: Callable[[], Awaitable[bool]],
        now_ms: Callable[[], int],
    ) -> None:
        self._name = name
        self._rest = rest
        self._vehicles = vehicles
        self._containers = containers
        self._images = images
        self._ingest = ingest
        self._may_spend = may_spend
        self._now_ms = now_ms

    async def run(self) -> None:
        """Make the calls once, as far as the reserve goes. A car that BMW refuses keeps no other from its turn."""
        if not await self._may_spend():
            return
        vins = await self._vehicles.meet()
        containers = await self._own_containers()

        async def fetch(vin: Vin) -> None:
            for container in containers:
                if await self._may_spend():
                    await self._fetch_values(vin, container.id)

        await give_turns(vins, fetch)
        for vin in vins:
            if self._images.is_wanted(vin) and await self._may_spend():
                await self._images.fetch(vin, self._rest)
        if containers:
            await self._clear_away(containers)

    async def _own_containers(self) -> Sequence[StoredContainer]:
        """Return our containers at BMW, made when there are none; none when BMW or the reserve refuses."""
        wanted = container_descriptors()
        stored = await self._containers.stored_for(wanted)
        if stored or not await self._may_spend():
            return stored
        try:
            return await self._containers.ensure(wanted)
        except BmwRefused as error:
            _log.warning("%s: no container, so no values by REST: %s %s", self._name, error, error.hint or "")
            return ()

    async def _clear_away(self, in_use: Sequence[StoredContainer]) -> None:
        """Delete ours besides these, once the values are there: what BMW does not delete must keep none back."""
        for obsolete in await self._containers.obsolete(in_use):
            if await self._may_spend():
                try:
                    await self._containers.delete(obsolete.id)
                except BmwRefused as error:
                    _log.warning("%s: a container stays that is not needed: %s", self._name, error)

    async def _fetch_values(self, vin: Vin, container_id: str) -> None:
        try:
            body = await self._rest.fetch_telematic_data(vin, container_id)
        except BmwRefused as error:
            _log.warning("%s: no values of %s by REST: %s", self._name, mask_vin(vin), error)
            if error.code == NO_SUCH_CONTAINER:
                await self._containers.forget(container_id)
            return
        now_ms = self._now_ms()
        answered_at_ms = self._rest.server_time_ms
        decoded = decode_telematic_data(body, vin=vin, received_at_ms=now_ms, answered_at_ms=answered_at_ms)
        arrival = Arrival(
            place="rest",
            payload=body,
            received_at_ms=now_ms,
            readings=decoded.readings,
            errors=decoded.refused,
            unclear=decoded.unclear,
            bmw_ms=answered_at_ms,
        )
        await self._ingest.take([arrival], origin=Origin.REST)
