"""Putting another database in the place of one, so that a crash at any moment leaves the old or the new one whole.

The old one gets a second name, and a rename gives its first to the new one: there is a database at the path at every
moment. Both a restore and the saving of a damaged database end so.
"""

from glob import escape
from itertools import chain, count
from pathlib import Path
from typing import Final

from bimmerhub.files import sync

SIDES: Final = ("-shm", "-wal", "-journal")
"""What SQLite keeps beside a database. It must never lie beside a database that is not its own."""


def side_of(database: Path, ending: str) -> Path:
    """Return the file with that ending that SQLite keeps beside a database; for "" the database itself."""
    return database.with_name(database.name + ending)


def free_name(path: Path, word: str) -> Path:
    """Return `NAME.WORD-1` or the next that nothing has yet, also as the beginning of its name."""
    names = (path.with_name(f"{path.name}.{word}-{number}") for number in count(1))
    return next(name for name in names if not any(name.parent.glob(f"{escape(name.name)}*")))


def unused(path: Path) -> Path:
    """Return a path at which nothing is: the one given, or else with a number behind it."""
    paths = chain((path,), (path.with_name(f"{path.name}.{number}") for number in count(2)))
    return next(free for free in paths if not free.exists())


def set_in_place(draft: Path, database: Path, *, aside: Path | None) -> None:
    """Give `draft`, which is whole and on the disk, the place of `database`, which is named `aside` from then on.

    Every step may have been done before: called again after a crash it goes on. OSError as renaming the files.
    """
    if not draft.exists():
        return
    if aside is not None:
        _set_aside(database, aside)
    draft.rename(database)
    sync(database.parent)


def take_back(draft: Path, database: Path, *, aside: Path) -> None:
    """Undo what `set_in_place` did before a step of it failed, and remove `draft`; OSError as renaming the files.

    Nothing but what that step set aside may be called `aside`. When this fails too, `set_in_place` can carry on.
    """
    for ending in SIDES:
        if side_of(aside, ending).exists():
            side_of(aside, ending).rename(side_of(database, ending))
    if not database.exists():
        aside.rename(database)
    aside.unlink(missing_ok=True)
    sync(database.parent)  # before the draft goes: with it a crash is carried on, without it there is nothing to do
    draft.unlink()
    sync(database.parent)


def _set_aside(database: Path, aside: Path) -> None:
    for ending in SIDES:
        side = side_of(database, ending)
        if side.exists():
            side.rename(unused(side_of(aside, ending)))
    if database.exists() and not aside.exists():
        try:
            aside.hardlink_to(database)
        except OSError:  # a disk without second names
            database.rename(aside)
    sync(database.parent)  # the log must not be left beside the new one by a power cut
