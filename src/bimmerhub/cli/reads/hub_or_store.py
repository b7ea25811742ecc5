"""Where a command reads from: the hub of its data directory, what is stored there, or a demo that runs beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bimmerhub.cli.context import HOW_TO_BEGIN, Options
from bimmerhub.cli.printing.output import say
from bimmerhub.cli.reads.port import Reads
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, NotFound, StoreError
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import RunningHub, find_hub
from bimmerhub.store.settings import StoreSettings

if TYPE_CHECKING:
    from bimmerhub.hub.process.announcement import Announcement

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOrStore:
    """A data directory, by its settings, and the hub that runs on it; None when none does."""

    settings: HubConfig
    hub: RunningHub | None


def read(options: Options, work: Callable[[Reads], Awaitable[T]]) -> T:
    """Return what `work` makes of the reads; the way in which a reading command calls."""

    async def reading() -> T:
        async with open_reads(find_hub_or_store(options)) as reads:
            return await work(reads)

    return run(reading())


@asynccontextmanager
async def open_reads(source: HubOrStore) -> AsyncIterator[Reads]:
    """Open the reads of a data directory; StoreError when it has neither a hub nor data."""
    if source.hub is not None:
        from bimmerhub.cli.hub_access.hub_client import HubClient
        from bimmerhub.cli.reads.from_hub import HubReads

        yield HubReads(HubClient(source.hub), source.settings)
        return
    require_data(source.settings)
    from bimmerhub.cli.hub_access.opening import open_for_reading
    from bimmerhub.cli.reads.from_store import StoreReads
    from bimmerhub.cli.reads.stored import Stored

    async with open_for_reading(source.settings) as store:
        yield StoreReads(Stored(store, source.settings))


def require_data(settings: HubConfig) -> None:
    """Refuse a data directory that has neither a hub nor data: StoreError.

    What changes something that is stored asks this first: a hub of its own would leave a key and locks behind.
    """
    if not settings.database.exists() and find_hub(settings.data_dir) is None:
        raise StoreError(f"there is no hub or data in {settings.data_dir}", hint=HOW_TO_BEGIN)


def find_hub_or_store(options: Options) -> HubOrStore:
    """Return where to read from. Only where there is nothing to read, and no --data-dir says where, it is a demo.

    A database that a command made and left empty is nothing to read. StoreError when there is nothing, but a hub runs
    on another directory.
    """
    settings = options.settings()
    here = HubOrStore(settings=settings, hub=find_hub(settings.data_dir))
    if here.hub is not None or options.data_dir is not None:
        return here
    from bimmerhub.hub.process.announcement import load_announcements

    announcements = load_announcements()
    if announcements:
        from bimmerhub.cli.hub_access.opening import holds_anything

        if not holds_anything(settings.database):
            return _find_announced(settings, announcements) or here
    return here


def find_demo(options: Options) -> Path | None:
    """Return the directory of a demo that runs beside the line's data directory, which the line does not name."""
    if options.data_dir is not None:
        return None
    from bimmerhub.hub.process.announcement import load_announcements

    own = options.settings().data_dir.absolute()
    demos = (announcement for announcement in load_announcements() if announcement.is_demo)
    running = (Path(demo.data_dir) for demo in demos if demo.hub() is not None)
    return next((_short(directory) for directory in running if directory != own), None)


@contextmanager
def naming_demo(options: Options) -> Iterator[None]:
    """Where a command that never goes to a demo unasked fails in its own directory, say that one runs."""
    try:
        yield
    except (ConfigError, StoreError, NotFound) as error:
        demo = find_demo(options)
        if demo is not None:
            error.hint = f"A demo runs: to mean it, add --data-dir {demo}"
        raise


def _short(directory: Path) -> Path:
    """Return the path as one would type it here."""
    here = Path.cwd()
    return directory.relative_to(here) if directory.is_relative_to(here) else directory


def _find_announced(settings: HubConfig, announcements: "Sequence[Announcement]") -> HubOrStore | None:
    running = [(announcement, hub) for announcement in announcements if (hub := announcement.hub()) is not None]
    nothing_here = f"there is no hub or data in {settings.data_dir}"
    for announcement, hub in running:
        if announcement.is_demo:
            say(f"Reading from the demo at {hub.address}, since {nothing_here}.")
            of_demo = replace(settings, data_dir=Path(announcement.data_dir), store=StoreSettings())
            return HubOrStore(settings=of_demo, hub=hub)
    if running:
        elsewhere = running[0][0].data_dir
        raise StoreError(f"{nothing_here}, but a hub runs on {elsewhere}", hint=f"Add --data-dir {elsewhere}")
    return None
