"""`bimmerhub backup DEST`."""

from pathlib import Path
from typing import Annotated

import typer

from bimmerhub.cli.arguments.passphrase import ask_new_passphrase
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import print_text
from bimmerhub.cli.running import run


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backup)


def backup(
    context: typer.Context,
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A file that does not exist.")],
    *,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Encrypt it: asks for a passphrase, or reads it from standard input.")
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Encrypt it with the first line of a file that only you can read."),
    ] = None,
) -> None:
    """Write a checked copy of all history to one file, without tokens and passwords.

    A running hub goes on meanwhile.
    """
    from bimmerhub.cli.reads.hub_or_store import naming_demo

    async def work(options: Options) -> None:
        import asyncio

        from bimmerhub.hub.process.backups import note_backup
        from bimmerhub.hub.safekeeping.history_files import make_backup

        settings = options.settings()
        secret = ask_new_passphrase(is_wanted=passphrase, file=passphrase_file)
        await asyncio.to_thread(make_backup, settings.database, destination, secret)
        note_backup(settings.data_dir, destination)

    with naming_demo(context.obj):
        run(work(context.obj))
    is_encrypted = passphrase or passphrase_file is not None
    print_text(f"{destination}: {destination.stat().st_size:,} bytes{', encrypted' if is_encrypted else ''}, checked")
