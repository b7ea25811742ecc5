"""The coverage of each vehicle, from the store, the containers and the present links."""

from collections.abc import Callable, Sequence

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.coverage import COVERAGE_DAYS, Coverage, derive_coverage
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS


class CoverageReport:
    """Answers for a store; `links` are those of the moment, none when no hub runs."""

    def __init__(self, store: SqliteStore, *, links: Callable[[], Sequence[Link]], now_ms: Callable[[], int]) -> None:
        self._store = store
        self._links = links
        self._now_ms = now_ms

    async def coverage(self, vin: Vin) -> list[Coverage]:
        """Return the coverage of every descriptor, by descriptor; judged from the last COVERAGE_DAYS days."""
        now_ms = self._now_ms()
        account = next((each.account for each in await self._store.vehicles.vehicles() if each.vin == vin), None)
        containers = [] if account is None else await self._store.containers.containers(account)
        return derive_coverage(
            await self._store.arrivals(vin, since_ms=now_ms - COVERAGE_DAYS * DAY_MS),
            catalogue=load_catalogue(),
            asked_by_rest=frozenset(key for each in containers for key in each.descriptors),
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
