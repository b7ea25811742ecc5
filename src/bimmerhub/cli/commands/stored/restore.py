"""`bimmerhub restore SRC`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.passphrase import ask_passphrase_of
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig
    from bimmerhub.hub.safekeeping.history_files import MigrationStep, Restored
    from bimmerhub.store.ports.audit import AuditEntry

_ACCESS = "credentials"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(restore)


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A file that `backup` or `move` wrote.")],
    *,
    force: Annotated[bool, typer.Option(help="Replace a history that is there; it is kept beside.")] = False,
    with_access: Annotated[
        bool, typer.Option("--with-access", help="Keep the password and the API tokens that this directory has.")
    ] = False,
    trust_settings: Annotated[
        bool,
        typer.Option(
            "--trust-settings",
            help="Of a file of `move`: take over all its settings, those too that run a program, read a file, erase "
            "history or lead elsewhere than to BMW.",
        ),
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of an encrypted backup; without it the passphrase is asked for."),
    ] = None,
) -> None:
    """Put a backup in place, of this version or an older one; a running hub is stopped first.

    Tokens, passwords and other secrets are not part of a backup: it says which have to be set again. A file of `move`
    brings everything, and goes on without signing in.
    """
    wishes = _Wishes(force=force, is_access_kept=with_access, trusts_settings=trust_settings)
    run(_restore(context.obj, source, wishes, passphrase_file=passphrase_file))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    force: bool
    is_access_kept: bool
    trusts_settings: bool


async def _restore(options: Options, source: Path, wishes: _Wishes, *, passphrase_file: Path | None) -> None:
    import asyncio

    from bimmerhub.cli.hub_access.stopped_hub import hub_stopped
    from bimmerhub.hub.process.directory import own
    from bimmerhub.hub.safekeeping.history_files import check_file, restore_file
    from bimmerhub.hub.safekeeping.moving import check_can_restore, use_again

    settings, force = options.settings(), wishes.force
    passphrase = ask_passphrase_of(source, file=passphrase_file)
    if passphrase is not None:
        from bimmerhub.cli.hub_access.arriving import restore_move
        from bimmerhub.hub.safekeeping.move_contents import is_move_file

        if await asyncio.to_thread(is_move_file, source, passphrase):
            await restore_move(options, source, passphrase, force=force, trusts_settings=wishes.trusts_settings)
            return
    await asyncio.to_thread(check_file, source, passphrase)
    check_can_restore(settings.data_dir)
    _refuse_to_replace(settings, force=force)
    async with hub_stopped(settings.data_dir, is_to_run_again=lambda: True):
        with own(settings.data_dir, database=settings.database):
            _tidy_up(settings)
            _refuse_to_replace(settings, force=force)
            restored = await asyncio.to_thread(
                restore_file,
                source,
                settings.database,
                passphrase=passphrase,
                is_access_kept=wishes.is_access_kept,
                entry=await _audit_entry(settings, source),
                progress=_show_step,
            )
            was_moved = use_again(settings.data_dir)
    _say_result(restored)
    if was_moved:
        say("This directory had moved away; what is in it now has no sign-ins, so it is in use again.")
    say("Start the hub: bimmerhub run")


def _refuse_to_replace(settings: "HubConfig", *, force: bool) -> None:
    if settings.database.exists() and not force:
        raise ConfigError(
            f"there is a history at {settings.database} already",
            hint="To replace it add --force; a running hub is then stopped, and the present history kept beside it",
        )


def _tidy_up(settings: "HubConfig") -> None:
    """Finish or clear a restore that was broken off, and say so."""
    from bimmerhub.hub.safekeeping.history_files import finish_restore

    broken = finish_restore(settings.database)
    if broken is not None:
        done = "finished first" if broken == "finished" else "cleared away"
        say(f"An earlier restore was broken off; it has been {done}.")


async def _audit_entry(settings: "HubConfig", source: Path) -> "AuditEntry":
    from bimmerhub.hub.process.clock import fetch_now_ms
    from bimmerhub.store.ports.audit import AuditEntry

    return AuditEntry(
        at_ms=await fetch_now_ms(settings),
        who="command line",
        from_where=None,
        action="restored",
        body={"backup": source.name, "outcome": "done"},
    )


def _show_step(step: "MigrationStep") -> None:
    """Say how far the backup is brought up to date, in the thread that does it."""
    if step.step == 1:
        say(f"The backup has schema {step.from_version}; it is brought to {step.to_version} ...")
    elif step.step == step.steps:
        say(f"... step {step.step} of {step.steps}")


def _say_result(restored: "Restored") -> None:
    """Say that the history is back, where the old one is, and all that has to be set again."""
    say("The history is back.")
    if restored.replaced is not None:
        say(f"The one that was here is kept: {restored.replaced}")
    if restored.had_secrets:
        say("Secrets were in that file, as in a copied database; a restore takes none over.")
    for account in restored.accounts:
        say(f"Sign in again: bimmerhub login --account {account}")
    if not restored.accounts:
        say("Tokens are not part of a backup: sign in again with bimmerhub login.")
    if restored.is_access_kept:
        say("The password and the API tokens of this directory go on.")
    elif restored.settings is None:
        say("When there was a password or an API token, set it again: bimmerhub password set, bimmerhub tokens create")
    elif _ACCESS in restored.settings:
        say("Set the password and the API tokens again: bimmerhub password set, bimmerhub tokens create NAME")
    for key in restored.settings or ():
        if key != _ACCESS:
            say(f"Set again: {key}")
    say("Opening cars is off; allow it again where you want it: bimmerhub vehicles allow-opening VIN")
    say("Not part of a backup, and as they are here: config.toml, the owners of bimmerhub provider, pictures of cars.")
