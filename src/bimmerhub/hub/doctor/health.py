"""The hub's opinion of itself."""

import time
from collections.abc import Callable, Sequence

from typing_extensions import override

from bimmerhub import __version__
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.views.ports import Health, HealthReport, Rebuilding


class HubHealth(HealthReport):
    """The hub's opinion of itself, from its counters and links."""

    def __init__(self, figures: IngestFigures, *, links: Callable[[], Sequence[Link]], rebuilding: Rebuilding) -> None:
        self._figures = figures
        self._links = links
        self._rebuilding = rebuilding
        self._started_s = time.monotonic()

    @override
    def health(self) -> Health:
        figures = self._figures
        is_troubled = any(link.state in (LinkState.REFUSED, LinkState.SIGNED_OUT) for link in self._links())
        return Health(
            status="down" if figures.last_store_error else "degraded" if is_troubled else "ok",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=figures.stored,
            readings_refused=figures.refused,
            readings_not_stored=figures.not_stored,
            last_store_error=figures.last_store_error,
            rebuilding=self._rebuilding.progress(),
        )
