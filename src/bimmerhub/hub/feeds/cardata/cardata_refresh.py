"""Makes the REST calls that an account's plan wants: one kind of `domain.account.calls` each.

Costs: 1 call each, but values 2 more when their container is to be made, and 1 for each part where BMW takes a list of
descriptors in parts only; charging history and settings 1 more for each further page of ten.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.domain.account.calls import Ask, Kind
from bimmerhub.domain.documents import ANSWERED, Question, answered_key, answered_span
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.feeds.cardata.cardata_containers import CONTAINER_LISTS, OwnContainers
from bimmerhub.hub.feeds.cardata.cardata_documents import Answered, CarDataDocuments
from bimmerhub.hub.feeds.cardata.cardata_vehicles import CarDataVehicles
from bimmerhub.ids import Vin
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import DAY_MS

_log = logging.getLogger(__name__)

CarCall = Callable[[Vin], Awaitable[object]]
LONGEST_HISTORY = timedelta(days=30)
"""How far back the charging history is asked for; further back it costs more calls, which a person may spend."""
LATE_SESSIONS = timedelta(days=3)
"""A session appears some time after it ended (users 2025-2026), so that the last days are asked for again."""


async def fetch_values(
    vin: Vin, containers: Sequence[StoredContainer], *, documents: CarDataDocuments, own: OwnContainers
) -> list[Answered]:
    """Ask for the values of our containers, one call each.

    BmwRefused CU-105: BMW does not know one of them any more; it is forgotten.
    """
    answers = []
    for container in containers:
        try:
            answers.append(await documents.fetch_values(vin, container.id))
        except BmwRefused as error:
            if error.code == NO_SUCH_CONTAINER:
                await own.forget(container.id)
            raise
    return answers


class PlannedCalls:
    """One account's calls. Each raises what `bmw.cardata.rest` says. `stored` has what BMW answered before."""

    def __init__(
        self,
        name: str,
        *,
        documents: CarDataDocuments,
        vehicles: CarDataVehicles,
        containers: OwnContainers,
        stored: StoredDocuments,
        now_ms: Callable[[], int],
    ) -> None:
        self._name = name
        self._documents = documents
        self._vehicles = vehicles
        self._containers = containers
        self._stored = stored
        self._now_ms = now_ms
        self._refusals: dict[Kind, tuple[int, BmwRefused]] = {}
        self._of_cars: Mapping[Kind, CarCall] = {
            Kind.BASIC_DATA: documents.fetch_basic_data,
            Kind.VALUES: lambda vin: self._fetch_values(vin, Kind.VALUES),
            Kind.REST_ONLY: lambda vin: self._fetch_values(vin, Kind.REST_ONLY),
            Kind.CHARGING_HISTORY: self._fetch_charging_history,
            Kind.IMAGE: documents.fetch_image,
            Kind.TYRES: documents.fetch_tyres,
            Kind.CHARGING_SETTINGS: documents.fetch_charging_settings,
        }

    async def make(self, ask: Ask) -> None:
        """Ask BMW for one thing and keep the answer."""
        if ask.vin is not None:
            await self._of_cars[ask.kind](ask.vin)
        elif ask.kind is Kind.MAPPINGS:
            await self._vehicles.meet_all()
        else:
            await self._delete_old_container()

    async def _fetch_charging_history(self, vin: Vin) -> None:
        """Fetch the sessions since the last time, with the days before in which some may have come late."""
        now = datetime.fromtimestamp(self._now_ms() / 1000, UTC)
        answered = await self._stored.document(vin, ANSWERED, answered_key(Question.CHARGING_HISTORY))
        since = now - LONGEST_HISTORY
        if answered is not None:
            _, until_ms = answered_span(answered) or (0, 0)
            until = datetime.fromtimestamp(until_ms / 1000, UTC)
            since = max(since, min(until, now) - LATE_SESSIONS)  # the clock may have been ahead then
        await self._documents.fetch_charging_history(vin, since, now)

    async def _fetch_values(self, vin: Vin, kind: Kind) -> None:
        """Fetch the values of a list. A container that is gone is forgotten and made anew, once."""
        containers = await self._own_containers(kind)
        try:
            await fetch_values(vin, containers, documents=self._documents, own=self._containers)
        except BmwRefused as error:
            if error.code != NO_SUCH_CONTAINER:
                raise
            _log.info("%s: a container is gone at BMW: making it anew", self._name)
            containers = await self._own_containers(kind)
            await fetch_values(vin, containers, documents=self._documents, own=self._containers)

    async def _own_containers(self, kind: Kind) -> Sequence[StoredContainer]:
        """Return our containers for a list, made when there are none. A refusal stands a day, for every car."""
        wanted = CONTAINER_LISTS[kind]()
        stored = await self._containers.stored_for(wanted)
        if stored:
            return stored
        until_ms, refusal = self._refusals.get(kind, (0, None))
        if refusal is not None and 0 < until_ms - self._now_ms() <= DAY_MS:
            raise refusal
        try:
            return await self._containers.ensure(wanted)
        except BmwRefused as error:
            self._refusals[kind] = (self._now_ms() + DAY_MS, error)
            raise

    async def _delete_old_container(self) -> None:
        for container in (await self._containers.obsolete())[:1]:
            await self._containers.delete(container.id)
