"""The coverage of each vehicle, from the store, the containers and the present links."""

from collections.abc import Callable, Sequence

from typing_extensions import override

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.coverage import COVERAGE_DAYS, Coverage, derive_coverage
from bimmerhub.ids import Vin
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports import CoverageJudge


class CoverageReport(CoverageJudge):
    """Answers for a store; `links` are those of the moment, none when no hub runs."""

    def __init__(
        self,
        readings: ReadingQuery,
        *,
        vehicles: StoredVehicles,
        containers: StoredContainers,
        links: Callable[[], Sequence[Link]],
        now_ms: Callable[[], int],
    ) -> None:
        self._readings = readings
        self._vehicles = vehicles
        self._containers = containers
        self._links = links
        self._now_ms = now_ms

    @override
    async def coverage(self, vin: Vin) -> list[Coverage]:
        now_ms = self._now_ms()
        seen_by = next((car.accounts for car in await self._vehicles.vehicles() if car.vin == vin), ())
        names = {account.account for account in seen_by}
        containers = [
            container for account in seen_by for container in await self._containers.containers(account.account_id)
        ]
        return derive_coverage(
            await self._readings.arrivals(vin, since_ms=now_ms - COVERAGE_DAYS * DAY_MS),
            catalogue=load_catalogue(),
            asked_by_rest=frozenset(key for container in containers for key in container.descriptors),
            listening_since_ms=min(
                (
                    link.listening_since_ms
                    for link in self._links()
                    if link.account in names
                    and link.state is LinkState.CONNECTED
                    and link.listening_since_ms is not None
                ),
                default=None,
            ),
            now_ms=now_ms,
        )
