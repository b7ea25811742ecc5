"""The coverage of each vehicle, from the store, the containers and the present links."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from typing_extensions import override

from bimmerhub.domain.account.link import Link
from bimmerhub.domain.catalogue.model_facts import facts_of
from bimmerhub.domain.coverage.coverage_verdicts import (
    COVERAGE_DAYS,
    Coverage,
    Evidence,
    derive_asked_coverage,
    derive_coverage,
)
from bimmerhub.domain.documents import BASIC_DATA
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.catalogue.added_keys import load_full_catalogue
from bimmerhub.hub.coverage.activity import load_activity
from bimmerhub.hub.coverage.listening import load_listening
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.cars import CoverageJudge


class _BasicData(msgspec.Struct, rename="camel"):
    head_unit: str | None = None


class CoverageReport(CoverageJudge):
    """Answers for a store; `links` are those of the moment, none when no hub runs."""

    def __init__(
        self,
        readings: ReadingQuery,
        *,
        vehicles: StoredVehicles,
        accounts: StoredAccounts,
        containers: StoredContainers,
        documents: StoredDocuments,
        settings: StoredSettings,
        links: Callable[[], Sequence[Link]],
        now_ms: Callable[[], int],
    ) -> None:
        self._readings = readings
        self._vehicles = vehicles
        self._accounts = accounts
        self._containers = containers
        self._documents = documents
        self._settings = settings
        self._links = links
        self._now_ms = now_ms

    @override
    async def coverage(self, vin: Vin) -> list[Coverage]:
        now_ms = self._now_ms()
        since_ms = now_ms - COVERAGE_DAYS * DAY_MS
        car = next((car for car in await self._vehicles.vehicles() if car.vin == vin), Vehicle(vin=vin))
        if await self._is_asked_only(car):
            points = await self._readings.latest(vin)
            return derive_asked_coverage({point.descriptor: point.measured_at_ms for point in points}, now_ms=now_ms)
        return await asyncio.to_thread(  # some tenths of a second: live values must not wait for it
            derive_coverage,
            await self._readings.arrivals(vin, since_ms=since_ms),
            catalogue=await load_full_catalogue(self._settings),
            evidence=await self._evidence(car, since_ms=since_ms, now_ms=now_ms),
            now_ms=now_ms,
        )

    @override
    async def head_unit(self, vin: Vin) -> str | None:
        document = await self._documents.document(vin, BASIC_DATA)
        try:
            return None if document is None else msgspec.json.decode(document.body, type=_BasicData).head_unit
        except NOT_JSON:
            return None

    async def _is_asked_only(self, car: Vehicle) -> bool:
        """Tell whether only families older than CarData tell of a car: nothing of it can be ticked or streamed."""
        families = {account.id: account.family for account in await self._accounts.accounts()}
        ids = [seen.account_id for seen in car.accounts]
        return bool(ids) and all(account_id in families and families[account_id].takes_password for account_id in ids)

    async def _evidence(self, car: Vehicle, *, since_ms: int, now_ms: int) -> Evidence:
        names = {account.account for account in car.accounts}
        ids = [account.account_id for account in car.accounts]
        links = [link for link in self._links() if link.account in names]
        containers = [container for account_id in ids for container in await self._containers.containers(account_id)]
        return Evidence(
            asked_by_rest=frozenset(key for container in containers for key in container.descriptors),
            listening=await load_listening(self._settings, ids, links, now_ms),
            activity=await load_activity(self._readings, car.vin, from_ms=since_ms, to_ms=now_ms),
            model=facts_of(car),
        )
