"""`bimmerhub move`: everything into one encrypted file, for another machine."""

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.passphrase import ask_new_passphrase
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import ask_line, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig

_UNDO_WORD = "undo"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(move)


def move(
    context: typer.Context,
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="A file that does not exist; it is encrypted.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Use this directory again; only when the file was never restored.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --undo.")] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Whose first line is the passphrase; without it it is asked for."),
    ] = None,
) -> None:
    """Move to another machine: write everything to one encrypted file, sign-ins too, and use this directory no more.

    A running hub is stopped first. On the other machine: bimmerhub restore FILE, then bimmerhub run.
    """
    if undo == (to is not None):
        raise WrongUsage("say where to: bimmerhub move --to FILE", hint="Or take a move back: bimmerhub move --undo")
    if to is None:
        _undo(context.obj, is_sure=yes)
        return
    run(_move(context.obj, to, passphrase_file))


async def _move(options: Options, to: Path, passphrase_file: Path | None) -> None:
    import asyncio

    from bimmerhub.cli.hub_access.stopped_hub import hub_stopped
    from bimmerhub.hub.process.clock import fetch_now_ms
    from bimmerhub.hub.process.demo import is_demo
    from bimmerhub.hub.process.directory import own
    from bimmerhub.hub.safekeeping.move_mark import load_mark
    from bimmerhub.hub.safekeeping.move_room import check_room_to_move
    from bimmerhub.hub.safekeeping.moving import check_can_move, move_out

    settings = options.settings()
    if is_demo(settings.data_dir):
        raise ConfigError("a demo stays where it is", hint="Start one on the other machine: bimmerhub demo")
    check_can_move(settings.data_dir, settings.database, to)
    check_room_to_move(settings.data_dir, settings.database, to)
    passphrase = ask_new_passphrase(is_wanted=True, file=passphrase_file) or ""
    now_ms = await fetch_now_ms(settings)
    began_s = time.monotonic()
    async with hub_stopped(settings.data_dir, is_to_run_again=lambda: load_mark(settings.data_dir) is None):
        with own(settings.data_dir, database=settings.database):
            about = await asyncio.to_thread(
                move_out,
                to,
                passphrase,
                data_dir=settings.data_dir,
                database=settings.database,
                config=_config_file(options),
                accounts=await _signed_in(settings),
                now_ms=now_ms,
            )
            await _note_in_audit(settings, to, now_ms=now_ms)
    accounts = ", ".join(about.accounts) or "none"
    print_text(f"{to}: written in {time.monotonic() - began_s:.1f} s; signed in: {accounts}")
    say(f"{settings.data_dir} is marked as moved; reading it goes on, its hub does not start any more.")
    say("On the other machine: bimmerhub restore FILE, then bimmerhub run. Within 14 days: then BMW ends the sign-in.")


def _undo(options: Options, *, is_sure: bool) -> None:
    from bimmerhub.hub.process.directory import own
    from bimmerhub.hub.safekeeping.move_mark import load_mark
    from bimmerhub.hub.safekeeping.moving import undo_move

    settings = options.settings()
    mark = load_mark(settings.data_dir)
    if mark is not None and not is_sure:
        say(
            f"This directory {mark.words}. If that file was restored anywhere, the hub there has renewed the sign-ins; "
            "a hub here would then end them at both, and each account has to sign in again."
        )
        answer = ask_line(f"Type {_UNDO_WORD} when it never was")
        if answer.strip().casefold() != _UNDO_WORD:
            raise ConfigError("nothing was changed")
    with own(settings.data_dir, database=settings.database):
        mark = undo_move(settings.data_dir)
    say(f"This directory is in use again. Delete {mark.file}: restoring it now would end the sign-ins here.")


async def _signed_in(settings: "HubConfig") -> list[str]:
    from bimmerhub.cli.hub_access.opening import open_for_reading

    async with open_for_reading(settings) as store:
        accounts = await store.accounts.accounts()
        return [account.name for account in accounts if await store.accounts.load_tokens(account.id) is not None]


async def _note_in_audit(settings: "HubConfig", to: Path, *, now_ms: int) -> None:
    """Note the move in the history that stays here; it has happened, whether that can be noted or not."""
    from bimmerhub.cli.hub_access.opening import Store
    from bimmerhub.store.ports.audit import AuditEntry

    body = {"file": to.name, "outcome": "done"}
    entry = AuditEntry(at_ms=now_ms, who="command line", from_where=None, action="moved away", body=body)
    with suppress(StoreError):
        async with Store.open(settings.database) as store:
            await store.audit.record(entry)


def _config_file(options: Options) -> Path | None:
    from bimmerhub.hub.config import default_config_file

    path = options.config_file or default_config_file()
    return path if path.is_file() else None
