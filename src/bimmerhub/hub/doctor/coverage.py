"""The coverage of each vehicle, from the store, the containers and the present links."""

from collections.abc import Callable, Sequence

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.coverage import COVERAGE_DAYS, Coverage, derive_coverage
from bimmerhub.ids import Vin
from bimmerhub.store.ports.containers import Containers
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.vehicles import Vehicles
from bimmerhub.times import DAY_MS


class CoverageReport:
    """Answers for a store; `links` are those of the moment, none when no hub runs."""

    def __init__(
        self,
        readings: ReadingQuery,
        *,
        vehicles: Vehicles,
        containers: Containers,
        links: Callable[[], Sequence[Link]],
        now_ms: Callable[[], int],
    ) -> None:
        self._readings = readings
        self._vehicles = vehicles
        self._containers = containers
        self._links = links
        self._now_ms = now_ms

    async def coverage(self, vin: Vin) -> list[Coverage]:
        """Return the coverage of every descriptor, by descriptor; judged from the last COVERAGE_DAYS days."""
        now_ms = self._now_ms()
        account = next((car.account for car in await self._vehicles.vehicles() if car.vin == vin), None)
        containers = [] if account is None else await self._containers.containers(account)
        return derive_coverage(
            await self._readings.arrivals(vin, since_ms=now_ms - COVERAGE_DAYS * DAY_MS),
            catalogue=load_catalogue(),
            asked_by_rest=frozenset(key for container in containers for key in container.descriptors),
            listening_since_ms=next(
                (
                    link.listening_since_ms
                    for link in self._links()
                    if link.account == account and link.state is LinkState.CONNECTED
                ),
                None,
            ),
            now_ms=now_ms,
        )
