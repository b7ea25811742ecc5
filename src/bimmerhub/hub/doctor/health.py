"""The hub's opinion of itself."""

import time
from collections.abc import Callable, Sequence

from bimmerhub import __version__
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.views.ports import Health


class HubHealth:
    """The hub's opinion of itself, from its counters and links."""

    def __init__(self, figures: IngestFigures, *, links: Callable[[], Sequence[Link]]) -> None:
        self._figures = figures
        self._links = links
        self._started_s = time.monotonic()

    def health(self) -> Health:
        """Return the present health: down when nothing can be stored, degraded when a link is not as it should be."""
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
        )
