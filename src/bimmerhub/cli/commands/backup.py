"""`bimmerhub backup DEST` and `bimmerhub restore SRC`."""

import os
import shutil
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, StoreError


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    context: typer.Context,
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A file that does not exist.")],
) -> None:
    """Write a copy of all history to one file, without tokens and passwords.

    A running hub goes on meanwhile.
    """

    async def work(options: Options) -> None:
        from bimmerhub.store.sqlite.store import SqliteStore

        async with SqliteStore.open_readonly(options.settings().database) as store:
            await store.backup(destination)

    run(work(context.obj))
    print_text(f"{destination}: {destination.stat().st_size:,} bytes")


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A file that `backup` wrote.")],
    force: Annotated[bool, typer.Option(help="Replace a history that is there; it is kept beside.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Put a backup in place; the hub must not run.

    Tokens are not part of a backup: sign in again afterwards.
    """
    run(_restore(context.obj, source, force=force))
    say("The history is back. Tokens are not part of a backup: sign in again with bimmerhub login.")


async def _restore(options: Options, source: Path, *, force: bool) -> None:
    import asyncio

    from bimmerhub.hub.process.directory import own

    settings = options.settings()
    await asyncio.to_thread(_check, source)
    with own(settings.data_dir):
        if settings.database.exists() and not force:
            raise ConfigError(
                f"there is a history at {settings.database} already",
                hint="To replace it add --force; the present one is then kept beside it",
            )
        await asyncio.to_thread(_put_in_place, source, settings.database)


def _check(source: Path) -> None:
    """Raise StoreError unless `source` is a sound database, of this program or of an older one.

    An older one is brought up to date when the hub opens it.
    """
    from bimmerhub.store.sqlite.backup import find_problems_in

    if problems := find_problems_in(source):
        raise StoreError(f"{source} is damaged: {problems[0]}", hint="Take another backup.")


def _put_in_place(source: Path, database: Path) -> None:
    try:
        fresh = database.with_name(f"{database.name}.restoring")
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        aside = _free_name(database)
        for suffix in ("", "-wal", "-shm"):
            present = database.with_name(database.name + suffix)
            if present.exists():
                present.rename(aside.with_name(aside.name + suffix))
        fresh.rename(database)
    except OSError as error:
        raise StoreError(
            f"cannot put the backup in place: {error.strerror}",
            hint="Check the space and permissions of the data directory.",
        ) from error


def _free_name(database: Path) -> Path:
    """Return a name beside the database that nothing has yet: an earlier one is never overwritten."""
    names = (database.with_name(f"{database.name}.replaced-{number}") for number in count(1))
    return next(name for name in names if not any(name.parent.glob(f"{name.name}*")))
