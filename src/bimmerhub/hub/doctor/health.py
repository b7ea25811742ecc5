"""The hub's opinion of itself."""

import time

from bimmerhub import __version__
from bimmerhub.domain.account.link import LinkState
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.ingest.pipeline import IngestFigures
from bimmerhub.views.ports import Health


class HubHealth:
    """The hub's opinion of itself, from its counters and links."""

    def __init__(self, figures: IngestFigures, connections: Connections) -> None:
        self._figures = figures
        self._connections = connections
        self._started_s = time.monotonic()

    def health(self) -> Health:
        """Return the present health: down when nothing can be stored, degraded when a link is not as it should be."""
        figures = self._figures
        troubled = [
            link for link in self._connections.links() if link.state in (LinkState.REFUSED, LinkState.SIGNED_OUT)
        ]
        return Health(
            status="down" if figures.last_store_error else "degraded" if troubled else "ok",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=figures.stored,
            readings_refused=figures.refused,
            readings_not_stored=figures.not_stored,
            last_store_error=figures.last_store_error,
        )
