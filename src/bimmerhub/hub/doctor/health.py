"""The hub's opinion of itself."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from typing_extensions import override

from bimmerhub import __version__
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.doctor.link_watch import LinkWatch
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.times import spell_duration
from bimmerhub.views.ports.health import Health, HealthReport
from bimmerhub.views.ports.readings import Rebuilding

OVERRUN_SHOWN_S = 3_600.0
LOST_S = 15 * 60.0
"""So long a link may be without a connection: BMW's cuts, restarts and refusals by count are over much sooner."""
LITTLE_SPACE_BYTES = 300_000_000
"""A month of a busy car, or one update of the database of a small home."""


class HubHealth(HealthReport):
    """The hub's opinion of itself, from its counters and links.

    `watch` tells for how long a link has had no connection; `token_troubles` gives in words, by account, why its
    tokens are not in the database, or not renewed; `free_bytes` is the space on the disk of the database, None when
    it is not known; `backup_troubles` says in words what is wrong with the backups, `database_troubles` with the
    database itself. `reads_only` is why this hub only reads, None for one that stores.
    """

    def __init__(
        self,
        figures: IngestFigures,
        *,
        links: Callable[[], Sequence[Link]],
        watch: LinkWatch,
        token_troubles: Callable[[], Mapping[str, str]],
        free_bytes: Callable[[], int | None],
        backup_troubles: Callable[[], Sequence[str]],
        rebuilding: Rebuilding,
        database_troubles: Callable[[], Sequence[str]] = lambda: (),
        reads_only: str | None = None,
    ) -> None:
        self._figures = figures
        self._links = links
        self._watch = watch
        self._token_troubles = token_troubles
        self._free_bytes = free_bytes
        self._backup_troubles = backup_troubles
        self._rebuilding = rebuilding
        self._database_troubles = database_troubles
        self._reads_only = reads_only
        self._started_s = time.monotonic()

    @override
    def health(self) -> Health:
        figures = self._figures
        troubles = [words for link in self._links() if (words := self._trouble_of(link)) is not None]
        troubles += [f"{account}: {trouble}" for account, trouble in self._token_troubles().items()]
        troubles += self._database_troubles()
        free_bytes = self._free_bytes()
        if free_bytes is not None and free_bytes < LITTLE_SPACE_BYTES:
            troubles.append(f"the disk is nearly full: {free_bytes // 1_000_000} MB are free for the database")
        troubles += self._backup_troubles()
        troubles += self._rebuilding.troubles()
        failure = figures.last_store_error or self._reads_only
        failures = [f"nothing can be stored: {failure}"] if failure else []
        return Health(
            status="down" if failure else "degraded" if troubles else "ok",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=figures.stored,
            readings_refused=figures.refused,
            readings_not_stored=figures.not_stored,
            last_store_error=failure,
            rebuilding=self._rebuilding.progress(),
            reasons=[*failures, *troubles],
        )

    def _trouble_of(self, link: Link) -> str | None:
        """Return in words why values of an account are missing or will be, None when nothing is wrong."""
        if link.state in (LinkState.REFUSED, LinkState.SIGNED_OUT):
            return f"{link.account}: {link.reason}"
        lost_s = self._watch.lost_s(link)
        if lost_s is not None and lost_s >= LOST_S:
            return f"{link.account}: no connection for {spell_duration(round(lost_s * 1000))} ({link.reason})"
        if link.token_warning is not None:
            return f"{link.account}: {link.token_warning}"
        overrun_ago_s = self._watch.overrun_ago_s(link.account)
        if overrun_ago_s is None or overrun_ago_s > OVERRUN_SHOWN_S:
            return None
        times = "once" if link.overruns == 1 else f"{link.overruns:,} times"
        return (
            f"{link.account}: this machine did not keep up with the stream, and BMW ended the connection {times};"
            " messages were lost, BMW does not say how many"
        )


def free_bytes(database: Path) -> int | None:
    """Return the free space of the disk that holds the database, None when it cannot be told."""
    try:
        return shutil.disk_usage(database.parent).free
    except OSError:
        return None
