"""Structural damages of a real database: `python -m bench damages [--each 8] [--readings 40000] [--seed 1]`.

Each damage is made to a copy, on which a hub is then started. Is it noticed, at the start or by the check behind it?
Does the hub answer? How many of the rows on pages that are whole are saved? Nothing is asserted.
"""

import argparse
import asyncio
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from bench.damage.kinds import KINDS
from bench.damage.sample import make_sample

from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.store.sqlite.database.file_check import mark_of
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.salvage.placing import Placer
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.recognising import shapes_of
from bimmerhub.store.sqlite.salvage.saving import MADE_ANEW
from bimmerhub.web.settings import WebSettings

IN_LOG: Final = "write-ahead log"
_HEADINGS: Final = (
    f"{'damage':28} {'made':>5} {'start':>6} {'check':>6} {'missed':>7} {'answers':>8} {'rows saved of whole':>24}"
    f" {'wrong':>6}"
)
Rows = dict[str, set[tuple[object, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one damage. `noticed` is `start`, `check` or None; rows are those of pages that were left whole."""

    kind: str
    noticed: str | None
    answers: bool
    whole: int
    saved: int
    wrong: int
    error: str | None = None


def damage_and_start(kind: str, sample: Path, folder: Path, *, seed: int) -> Outcome:
    """Damage a copy of the sample in `folder`, start a hub on it, and return what came of it."""
    path = folder / "bimmerhub.sqlite3"
    for ending in ("", "-wal"):
        source = sample.with_name(sample.name + ending)
        if source.exists():
            shutil.copyfile(source, path.with_name(path.name + ending))
    mark_of(path).touch()  # it was in use for some time
    spoilt = KINDS[kind](random.Random(seed), path)
    rows, whole = load_rows(sample, folder / "whole"), rows_of_pages(sample, without=spoilt)
    try:
        noticed, error = asyncio.run(_start(path)), None
    except (BimmerhubError, sqlite3.Error, OSError, aiohttp.ClientError) as failure:
        return Outcome(
            kind=kind, noticed=None, answers=False, whole=_count(whole), saved=0, wrong=0, error=str(failure)
        )
    stored = load_rows(path, folder / "stored")
    return Outcome(
        kind=kind,
        noticed=noticed,
        answers=True,
        whole=_count(whole),
        saved=sum(len(own & stored.get(table, set())) for table, own in whole.items()),
        wrong=sum(len(own - rows.get(table, set())) for table, own in stored.items()),
        error=error,
    )


async def _start(path: Path) -> str | None:
    """Start a hub, let it check its database, ask it something, and return when damage was noticed."""
    settings = HubConfig(data_dir=path.parent, hub=WebSettings(port=0))
    async with running(settings, goes_live=False) as hub, aiohttp.ClientSession() as client:
        noticed = "start" if await hub.store.soundness.damages() else None
        await hub.context.database_checks.check()
        if noticed is None and await hub.store.soundness.damages():
            noticed = "check"
        for wanted in ("health", "vehicles"):
            async with client.get(f"{hub.address}/api/v1/{wanted}") as answer:
                answer.raise_for_status()
        if problems := await hub.store.soundness.find_damage():
            raise sqlite3.DatabaseError(f"still damaged: {problems[0]}")
        return noticed


def load_rows(path: Path, copy: Path) -> Rows:
    """Return the rows of a sound database by table, without those that are made anew."""
    copy.mkdir(exist_ok=True)
    for ending in ("", "-wal"):
        source = path.with_name(path.name + ending)
        with suppress(FileNotFoundError):
            shutil.copyfile(source, copy / f"rows{ending}")
        if not source.exists():
            (copy / f"rows{ending}").unlink(missing_ok=True)
    with closing(sqlite3.connect(copy / "rows")) as connection:
        connection.text_factory = bytes
        names = [name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: set(connection.execute(f"SELECT * FROM {name}")) for name in names if _is_kept(name)}


def rows_of_pages(path: Path, *, without: set[int]) -> Rows:
    """Return the rows of which no part lies on these pages."""
    shapes = shapes_of(newest_version())
    rows: Rows = {}
    placer = Placer(RawFile(path), shapes)
    for part in placer.rows(placer.roots()):
        if _is_kept(part.name) and not shapes[part.name].is_index and not without & {part.page, *part.overflow}:
            names = [column.name for column in shapes[part.name].columns]
            order = _declared(path, part.name, names)
            rows.setdefault(part.name, set()).update(
                tuple(_as_bytes(row[place]) for place in order) for row in part.rows
            )
    return rows


def _declared(path: Path, table: str, names: list[str]) -> list[int]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return [names.index(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]


def _as_bytes(cell: object) -> object:
    return cell.encode() if isinstance(cell, str) else cell


def _is_kept(table: str) -> bool:
    return table not in {*MADE_ANEW, "damages"} and not table.startswith("sqlite_")


def _count(rows: Rows) -> int:
    return sum(len(own) for own in rows.values())


def run_damages(*, each: int, readings: int, seed: int) -> Iterator[Outcome]:
    """Yield what came of so many damages of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        samples = {in_log: Path(folder) / f"sample-{in_log}" for in_log in (False, True)}
        for in_log, sample in samples.items():
            make_sample(sample, readings=readings, in_log=in_log)
        for kind in KINDS:
            for place in range(each):
                with tempfile.TemporaryDirectory(dir=folder) as own:
                    yield damage_and_start(kind, samples[kind == IN_LOG], Path(own), seed=seed + place)


def main(arguments: list[str]) -> dict[str, Any]:
    """Damage, print a table, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--readings", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    logging.disable()
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in run_damages(each=asked.each, readings=asked.readings, seed=asked.seed):
        outcomes.setdefault(outcome.kind, []).append(outcome)
        if outcome.error is not None:
            print(f"{outcome.kind}: {outcome.error}", file=sys.stderr)
    print(_HEADINGS, file=sys.stderr)
    for kind, own in outcomes.items():
        print(_line(kind, own), file=sys.stderr)
    everything = [outcome for own in outcomes.values() for outcome in own]
    print(_line("all", everything), file=sys.stderr)
    return {"damages": len(everything), **_figures(everything)}


def _figures(outcomes: list[Outcome]) -> dict[str, Any]:
    noticed = Counter(outcome.noticed for outcome in outcomes)
    return {
        "noticed_at_start": noticed["start"],
        "noticed_by_check": noticed["check"],
        "not_noticed": noticed[None],
        "answers": sum(outcome.answers for outcome in outcomes),
        "rows_on_whole_pages": sum(outcome.whole for outcome in outcomes),
        "rows_saved": sum(outcome.saved for outcome in outcomes),
        "rows_wrong": sum(outcome.wrong for outcome in outcomes),
    }


def _line(kind: str, outcomes: list[Outcome]) -> str:
    figures = _figures(outcomes)
    rows = f"{figures['rows_saved']:,} of {figures['rows_on_whole_pages']:,}"
    return (
        f"{kind:28} {len(outcomes):5} {figures['noticed_at_start']:6} {figures['noticed_by_check']:6}"
        f" {figures['not_noticed']:7} {figures['answers']:8} {rows:>24} {figures['rows_wrong']:6}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
