"""`bimmerhub backup DEST` and `bimmerhub restore SRC`."""

from pathlib import Path
from typing import Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError


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
    from bimmerhub.cli.reads.hub_or_store import naming_demo

    async def work(options: Options) -> None:
        from bimmerhub.cli.opening import open_for_reading
        from bimmerhub.hub.process.backups import note_backup

        settings = options.settings()
        async with open_for_reading(settings) as store:
            await store.backup(destination)
        note_backup(settings.data_dir, destination)

    with naming_demo(context.obj):
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

    from bimmerhub.cli.opening import check_backup, put_in_place
    from bimmerhub.hub.process.directory import own

    settings = options.settings()
    await asyncio.to_thread(check_backup, source)
    with own(settings.data_dir, database=settings.database):
        if settings.database.exists() and not force:
            raise ConfigError(
                f"there is a history at {settings.database} already",
                hint="To replace it add --force; the present one is then kept beside it",
            )
        await asyncio.to_thread(put_in_place, source, settings.database)
