"""Capture files on their way into the history: through the running hub, else straight into the database."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Final

from bimmerhub.cli.arguments.time_words import now_ms
from bimmerhub.cli.hub_access.hub_client import HubSilent
from bimmerhub.errors import ConfigError
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import RunningHub, find_hub
from bimmerhub.views.stored.imports import ImportAnswer, import_capture
from bimmerhub.views.viewer import OWNER

STANDARD_INPUT: Final = Path("-")
CHUNK_BYTES: Final = 1 << 18

Importer = Callable[[Path], AsyncIterator[ImportAnswer]]
"""Imports one file and yields reports, the last of which has `done` set."""


@asynccontextmanager
async def open_importer(settings: HubConfig) -> AsyncIterator[Importer]:
    """Open the way in for capture files; without a hub the data directory is held until the block ends."""
    hub = find_hub(settings.data_dir)
    if hub is not None:
        yield lambda path: _import_by(hub, path)
        return
    from bimmerhub.cli.hub_access.opening import open_for_writing
    from bimmerhub.hub.ingest.captures import CaptureImport
    from bimmerhub.hub.ingest.ingest import Ingest
    from bimmerhub.hub.process.garbage import collect_seldom
    from bimmerhub.hub.vehicles.keeping import load_sold
    from bimmerhub.views.acts import COMMAND_LINE, Acts

    collect_seldom()
    async with open_for_writing(settings) as store:
        imports = CaptureImport(Ingest(store, sold=await load_sold(store.vehicles)), now_ms=now_ms)
        acts = Acts(store.audit, now_ms=now_ms)

        async def import_here(path: Path) -> AsyncIterator[ImportAnswer]:
            await acts.note(COMMAND_LINE, "import_begun", details={"file": shown_name(path)})
            async for report in import_capture(OWNER, imports, read_capture(path), origin=shown_name(path)):
                yield report

        yield import_here


async def _import_by(hub: RunningHub, path: Path) -> AsyncIterator[ImportAnswer]:
    """Let the hub import. A fault of the file is raised as that, not as a request that broke off."""
    from bimmerhub.cli.hub_access.hub_streams import import_capture as send_capture

    faults: list[ConfigError] = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            async for chunk in read_capture(path):
                yield chunk
        except ConfigError as error:
            faults.append(error)
            raise

    try:
        async for report in send_capture(hub, chunks(), origin=shown_name(path)):
            yield report
    except HubSilent as error:
        raise (faults[0] if faults else error) from error


async def read_capture(path: Path) -> AsyncIterator[bytes]:
    """Yield a capture's plain bytes; `-` is standard input. ConfigError when it cannot be read or unpacked."""
    from bimmerhub.hub.ingest.unpacking import unpack

    try:
        async for chunk in unpack(_read(path), name=shown_name(path), arrived_ms=_arrived_ms(path)):
            yield chunk
    except OSError as error:
        raise ConfigError(
            f"cannot read {shown_name(path)}: {error.strerror or error}", hint="Check the name of the file"
        ) from error


def _arrived_ms(path: Path) -> int:
    """Return when a file was last written: of a download, when it came."""
    return now_ms() if path == STANDARD_INPUT else round(path.stat().st_mtime * 1000)


async def _read(path: Path) -> AsyncIterator[bytes]:
    with nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def shown_name(path: Path) -> str:
    """Return the file's name as text; what is no UTF-8 in it shows as replacement characters."""
    if path == STANDARD_INPUT:
        return "standard input"
    return path.name.encode(errors="surrogateescape").decode(errors="replace")
