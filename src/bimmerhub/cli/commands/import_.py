"""`bimmerhub import FILE…`: capture files and customer archives into the history."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_client import HubClient, HubSilent, connect, to_error
from bimmerhub.cli.output import err, out, print_json
from bimmerhub.cli.reading import now_ms
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.ingest.captures import REFUSED_LINES_SHOWN, CaptureImport, read_capture_file
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.quarantine import load_plausibility
from bimmerhub.hub.process.directory import find_hub, own
from bimmerhub.store.sqlite.store import SqliteStore

COUNTS = ("read", "new", "repeated", "refused")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="import")(import_captures)


@dataclass(slots=True)
class Summary:
    """What became of the readings of all files: read = new + repeated + refused."""

    read: int = 0
    new: int = 0
    repeated: int = 0
    refused: int = 0
    refused_lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, report: dict[str, Any], path: Path, *, is_only: bool) -> None:
        """Add the last report of one file."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + report[name])
        where = {} if is_only else {"file": path.name}
        room = REFUSED_LINES_SHOWN - len(self.refused_lines)
        self.refused_lines += [{**where, **line} for line in report["refused_lines"][:room]]


def import_captures(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="Capture files (NDJSON, plain, .gz or .zst), or BMW's customer archive (.zip).")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Store capture files; the same file twice changes nothing. A running hub takes them while it works."""
    for path in files:
        if not path.is_file():
            raise ConfigError(f"there is no file {path}", hint="Check the name of the file")
    summary = run(_import(context.obj, files))
    if json:
        print_json(asdict(summary))
    else:
        _print_summary(summary)
    if summary.read and summary.refused == summary.read:
        raise ConfigError(
            "nothing in there is a message of BMW's stream", hint="docs/tutorial/your-own-car.md says what can be read"
        )


def _print_summary(summary: Summary) -> None:
    out.print(", ".join(f"{getattr(summary, name):,} {name}" for name in COUNTS))
    for line in summary.refused_lines[:10]:
        place = f"{line['file']}, line" if "file" in line else "line"
        err.print(f"refused: {place} {line['line']}: {line['reason']}", markup=False)
    if summary.refused > len(summary.refused_lines[:10]):
        err.print(f"… {summary.refused:,} refused in all; they are kept in the quarantine")
    if not summary.read:
        err.print("There was nothing in it.")


async def _import(options: Options, files: list[Path]) -> Summary:
    settings = options.settings()
    summary = Summary()
    hub = find_hub(settings.data_dir)
    if hub is not None:
        async with connect(hub) as client:
            for path in files:
                reports = _import_there(client, path)
                summary.add(await _watch(reports, path), path, is_only=len(files) == 1)
        return summary
    with own(settings.data_dir):
        async with SqliteStore.open(settings.database) as store:
            ingest = Ingest(store, plausibility=await load_plausibility(store))
            for path in files:
                reports = _import_here(ingest, path)
                summary.add(await _watch(reports, path), path, is_only=len(files) == 1)
    return summary


async def _import_there(client: HubClient, path: Path) -> AsyncIterator[dict[str, Any]]:
    """Let the hub import. What is wrong with the file is told as that, not as a request that broke off."""
    faults: list[ConfigError] = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            async for chunk in _chunks(path):
                yield chunk
        except ConfigError as error:
            faults.append(error)
            raise

    try:
        async for report in client.import_capture(chunks(), origin=path.name):
            yield report
    except HubSilent as error:
        raise (faults[0] if faults else error) from error


async def _import_here(ingest: Ingest, path: Path) -> AsyncIterator[dict[str, Any]]:
    importer = CaptureImport(ingest, now_ms=now_ms)
    async with aclosing(importer.import_capture(_chunks(path), origin=path.name)) as steps:
        async for step in steps:
            yield asdict(step)


async def _watch(reports: AsyncIterator[dict[str, Any]], path: Path) -> dict[str, Any]:
    """Show progress on a terminal and return the last report."""
    last: dict[str, Any] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[read]:,} readings"))
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(path.name, total=None, read=0)
        async for report in reports:
            if (told := report.get("error")) is not None:
                raise to_error(told["kind"], told["message"], hint=told.get("hint"))
            last = report
            bar.update(task, read=report["read"])
    if not last.get("done"):
        raise StoreError(f"the import of {path.name} broke off", hint="Import the file again: nothing counts twice.")
    return last


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    chunks: Iterator[bytes] = read_capture_file(path)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
