"""The hub's opinion of itself."""

import time
from collections.abc import Callable, Sequence

from typing_extensions import override

from bimmerhub import __version__
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.times import HOUR_MS
from bimmerhub.views.ports import Health, HealthReport, Rebuilding

OVERRUN_SHOWN_MS = HOUR_MS


class HubHealth(HealthReport):
    """The hub's opinion of itself, from its counters and links."""

    def __init__(
        self,
        figures: IngestFigures,
        *,
        links: Callable[[], Sequence[Link]],
        rebuilding: Rebuilding,
        now_ms: Callable[[], int],
    ) -> None:
        self._figures = figures
        self._links = links
        self._rebuilding = rebuilding
        self._now_ms = now_ms
        self._started_s = time.monotonic()

    @override
    def health(self) -> Health:
        figures = self._figures
        troubles = [words for link in self._links() if (words := self._trouble_of(link)) is not None]
        failures = [f"nothing can be stored: {figures.last_store_error}"] if figures.last_store_error else []
        return Health(
            status="down" if figures.last_store_error else "degraded" if troubles else "ok",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=figures.stored,
            readings_refused=figures.refused,
            readings_not_stored=figures.not_stored,
            last_store_error=figures.last_store_error,
            rebuilding=self._rebuilding.progress(),
            reasons=[*failures, *troubles],
        )

    def _trouble_of(self, link: Link) -> str | None:
        """Return in words why values of an account are missing or will be, None when nothing is wrong."""
        if link.state in (LinkState.REFUSED, LinkState.SIGNED_OUT):
            return f"{link.account}: {link.reason}"
        if link.token_warning is not None:
            return f"{link.account}: {link.token_warning}"
        if link.overrun_at_ms is None or self._now_ms() - link.overrun_at_ms > OVERRUN_SHOWN_MS:
            return None
        times = "once" if link.overruns == 1 else f"{link.overruns:,} times"
        return (
            f"{link.account}: this machine did not keep up with the stream, and BMW ended the connection {times};"
            " messages were lost, BMW does not say how many"
        )
