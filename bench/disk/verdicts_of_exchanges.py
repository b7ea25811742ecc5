"""What must hold when one data directory, or its database, takes the place of another and the power goes meanwhile."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.disk.promises import Promises
from bench.disk.verdicts import (
    DATABASE,
    Opened,
    Verdict,
    judge_backups,
    judge_tokens,
    judge_values,
    load_values,
    open_as_hub,
)

from bimmerhub.errors import BimmerhubError, ConfigError
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.move_arrival import MoveDestination, opened_move, put_in_place
from bimmerhub.hub.safekeeping.move_mark import MARK, is_half_restored, refuse_moved
from bimmerhub.hub.safekeeping.sealed_file import read_sealed
from bimmerhub.store.sqlite.database.migrations import ignore_step

PASSPHRASE: Final = "correct horse battery"
_WHOLE: Final = dict[bytes, bool]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The bench's readings of the old history and of the new one, and what was promised of tokens and of the end.

    `recorded_at` is the folder in which it was recorded, where that is another one: paths in the files begin with it.
    """

    old: Counter[int]
    recorded_at: Path | None = None
    new: Counter[int] = field(default_factory=Counter)
    promises: Promises

    def is_done(self, place: int) -> bool:
        """Whether the command had said before that place that it is done."""
        return self.promises.at[place].is_done


async def judge_restore(root: Path, place: int, *, exchange: Exchange) -> Verdict:
    """The old history is there with its tokens, or the new one, and the old one is kept beside it."""
    verdict = Verdict()
    opened = await open_as_hub(root / "hub", verdict)
    if opened.values == exchange.new:
        verdict.outcome = "the new history"
        replaced = root / "hub" / f"{DATABASE}.replaced-1"
        if not replaced.exists() or load_values(replaced) != exchange.old:
            verdict.problems.append("the old history is not beside the new one")
    else:
        judge_old(opened, exchange, place, verdict)
        verdict.outcome = "the old history"
        if exchange.is_done(place):
            verdict.problems.append("it was said to be restored, and is not")
    return verdict


async def judge_upgrade(root: Path, place: int, *, exchange: Exchange) -> Verdict:
    """All readings are there in the newest schema, and a whole backup of the old one is beside it."""
    verdict = Verdict()
    opened = await open_as_hub(root / "hub", verdict)
    verdict.outcome = "upgraded" if exchange.is_done(place) else "upgraded, or by the next start"
    if opened.refusal is not None:
        verdict.problems.append(f"does not start: {opened.refusal}")
    elif opened.values != exchange.old:
        verdict.problems.append(f"{len(opened.values)} readings, where there were {len(exchange.old)}")
    if judge_backups(root / "hub", verdict, f"{DATABASE}.schema-*") != 1:
        verdict.problems.append("there is not one backup from before the upgrade")
    return verdict


async def judge_departure(root: Path, place: int, *, exchange: Exchange) -> Verdict:
    """The sign-ins are here and in use, or whole in a file and here no more; never both, never neither."""
    verdict, file = Verdict(), root / "stick" / "all.move"
    mark = root / "hub" / MARK
    if exchange.recorded_at is not None and mark.exists():
        mark.write_bytes(mark.read_bytes().replace(bytes(exchange.recorded_at), bytes(root)))
    opened = await open_as_hub(root / "hub", verdict)
    is_here = _is_in_use(root / "hub")
    is_away = file.exists()
    if is_away and not _is_whole(file):
        verdict.problems.append("the move file has its name and is not whole")
    if is_away == is_here:
        verdict.problems.append("the sign-ins are in use at both places" if is_here else "the sign-ins are nowhere")
    judge_old(opened, exchange, place, verdict)
    verdict.outcome = "here" if is_here else "in the file"
    if is_here and exchange.is_done(place):
        verdict.problems.append("it was said to be moved, and is not")
    return verdict


async def judge_arrival(root: Path, place: int, *, exchange: Exchange) -> Verdict:
    """All of a move file is here, or nothing that a hub would use; then restoring it again brings all."""
    verdict, data_dir = Verdict(), root / "hub"
    if data_dir.exists() and not is_half_restored(data_dir):
        opened = await open_as_hub(data_dir, verdict)
        if opened.values or opened.tokens is not None:
            judge_old(opened, exchange, place, verdict)
            verdict.outcome = "all here"
            return verdict
        verdict.outcome = "nothing yet, then all by another restore"
    else:
        verdict.outcome = "known as half, then all by another restore"
    if exchange.is_done(place):
        verdict.problems.append("it was said to be restored, and is not")
    try:
        _arrive(root / "stick" / "all.move", data_dir)
    except BimmerhubError as error:
        verdict.problems.append(f"restoring it again fails: {error}")
        return verdict
    judge_old(await open_as_hub(data_dir, verdict), exchange, place, verdict)
    return verdict


def _arrive(file: Path, data_dir: Path) -> None:
    database = data_dir / DATABASE
    place = MoveDestination(data_dir=data_dir, database=database, config=data_dir.parent / "config.toml")
    with opened_move(file, PASSPHRASE, place, progress=ignore_step) as opened, own(data_dir, database=database):
        put_in_place(opened, now_ms=1, is_trusted=False)


def judge_old(opened: Opened, exchange: Exchange, place: int, verdict: Verdict) -> None:
    """All readings of the old history are there, and its tokens."""
    if opened.refusal is not None:
        verdict.problems.append(f"does not start: {opened.refusal}")
        return
    judge_values(opened.values, set(exchange.old), verdict)
    outcome = verdict.outcome
    judge_tokens(opened.tokens, exchange.promises, exchange.promises.at[place], verdict)
    verdict.outcome = outcome


def _is_in_use(data_dir: Path) -> bool:
    try:
        refuse_moved(data_dir)
    except ConfigError:
        return False
    return True


def _is_whole(file: Path) -> bool:
    """Tell whether a move file can be read to its end; its key takes long, and most states have the same file."""
    digest = hashlib.sha256(file.read_bytes()).digest()
    if digest not in _WHOLE:
        try:
            _WHOLE[digest] = sum(map(len, read_sealed(file, PASSPHRASE))) > 0
        except BimmerhubError:
            _WHOLE[digest] = False
    return _WHOLE[digest]
