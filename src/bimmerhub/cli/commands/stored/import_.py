"""`bimmerhub import FILE…`: capture files and customer archives into the history."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import print_json, print_text, say
from bimmerhub.cli.printing.progress_line import showing_progress
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from bimmerhub.views.stored.imports import ImportAnswer, ImportSummary

COUNTS = ("read", "new", "repeated", "refused")
REFUSED_LINES_PRINTED = 10


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="import")(import_captures)


def import_captures(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Capture files (NDJSON, plain or packed by gzip or zstd), or BMW's customer archive (a ZIP),"
            " whatever their names; - is standard input."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Store capture files; the same file twice changes nothing.

    A running hub takes them while it works.
    """
    _check_files(files)
    summary, not_believed, documents = run(_import(context.obj, files))
    _name_demo(context.obj)
    if json:
        print_json(summary)
    else:
        _print_summary(summary, not_believed, documents)
    if not summary.read and not documents:
        raise ConfigError("there was nothing to import", hint="See whether the file is empty, and the right one.")
    if summary.read and summary.refused == summary.read and not documents:
        raise ConfigError(_nothing_taken(summary, not_believed), hint="See why: bimmerhub quarantine list")


def _check_files(files: list[Path]) -> None:
    """Raise ConfigError, before anything is stored, for what can never be read."""
    from bimmerhub.cli.hub_access.importing import STANDARD_INPUT

    if files.count(STANDARD_INPUT) > 1:
        raise ConfigError("- is named twice, and standard input can be read once", hint="Leave one - out")
    for path in files:
        if path == STANDARD_INPUT:
            if sys.stdin.isatty():
                raise ConfigError(
                    "- is standard input, and that is this terminal", hint="For example: bimmerhub import - < FILE"
                )
        elif path.is_dir():
            raise ConfigError(f"{path} is a folder", hint="Name files: the capture files in it, or the archive")
        elif not path.exists():
            raise ConfigError(f"there is no file {path}", hint="Check the name of the file")


def _name_demo(options: Options) -> None:
    """Say where the files went, for a demo was read as long as nothing was there."""
    from bimmerhub.cli.reads.hub_or_store import find_demo

    demo = find_demo(options)
    if demo is not None:
        say(
            f"Imported into {options.settings().data_dir}, which commands read from now on. The demo: --data-dir {demo}"
        )


def _nothing_taken(summary: "ImportSummary", not_believed: int) -> str:
    """Return in words that all readings were refused."""
    if not_believed == summary.read:
        return "all of it was understood, but nothing was believed: other readings contradict it, or it cannot be true"
    if not not_believed:
        return "nothing in there was understood"
    return "nothing in there was both understood and believed"


def _print_summary(summary: "ImportSummary", not_believed: int, documents: int) -> None:
    print_text(", ".join(f"{getattr(summary, name):,} {name}" for name in COUNTS))
    printed = summary.refused_lines[:REFUSED_LINES_PRINTED]
    for line in printed:
        place = ", ".join([*([line.file] if line.file else []), *([f"line {line.line}"] if line.line else [])])
        say(f"refused: {place}: {line.reason}" if place else f"refused: {line.reason}")
    if summary.refused > len(printed):
        say(f"… {summary.refused:,} refused in all; they are kept in the quarantine")
    if 0 < not_believed < summary.read:
        say(f"{not_believed:,} of them were understood but not believed")
    if summary.dropped:
        say(f"{summary.dropped:,} are older than the settings keep readings: not stored, but counted")
    if documents:
        say(f"{documents:,} charging sessions, tyres and learned places: kept, each once")


async def _import(options: Options, files: list[Path]) -> tuple["ImportSummary", int, int]:
    """Return what became of the files' readings, how many were understood but not believed, and their documents."""
    from bimmerhub.cli.hub_access.importing import open_importer, shown_name
    from bimmerhub.views.stored.imports import sum_up

    async with open_importer(options.settings()) as importer:
        reports = [(shown_name(path), await _follow(importer(path), path)) for path in files]
    not_believed, documents = (
        sum(getattr(report, name) for _, report in reports) for name in ("not_believed", "documents")
    )
    return sum_up(reports), not_believed, documents


async def _follow(reports: AsyncIterator["ImportAnswer"], path: Path) -> "ImportAnswer":
    """Show progress on a terminal and return the last report."""
    from bimmerhub.cli.hub_access.importing import shown_name

    last: ImportAnswer | None = None
    with showing_progress(shown_name(path)) as show:
        async for report in reports:
            last = report
            show(f"{shown_name(path)}: {report.read:,} readings")
    if last is None or not last.done:
        raise StoreError(
            f"the import of {shown_name(path)} broke off", hint="Import the file again: nothing counts twice."
        )
    return last
