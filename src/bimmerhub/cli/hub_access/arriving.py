"""`bimmerhub restore FILE` with a file of `move`: everything comes to this machine, sign-ins too."""

import asyncio
import os
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import ask_line, say, say_lines
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig
    from bimmerhub.hub.safekeeping.history_files import MigrationStep
    from bimmerhub.hub.safekeeping.move_arrival import ArrivedMove, OpenedMove

TRUST = "trust"
"""What a person types who agrees."""
_NAMES_SHOWN = 5


async def restore_move(options: Options, source: Path, passphrase: str, *, force: bool, trusts_settings: bool) -> None:
    """Put a move file in place and say what is left to do; errors as `opened_move`, ConfigError without `force`.

    What of it could run a program or lead elsewhere than to BMW is taken over only when a person agrees.
    """
    from bimmerhub.cli.hub_access.stopped_hub import hub_stopped
    from bimmerhub.hub.config import default_config_file
    from bimmerhub.hub.process.clock import fetch_now_ms
    from bimmerhub.hub.process.directory import own
    from bimmerhub.hub.safekeeping.history_files import finish_restore
    from bimmerhub.hub.safekeeping.move_arrival import MoveDestination, check_can_arrive, opened_move, put_in_place
    from bimmerhub.hub.safekeeping.move_mark import is_half_restored, load_mark

    settings = options.settings()
    data_dir = settings.data_dir
    check_can_arrive(source, data_dir)
    if settings.database.exists() and not force and not is_half_restored(data_dir):
        raise ConfigError(
            f"there is a history at {settings.database} already",
            hint="To replace it and its sign-ins add --force; a running hub is then stopped, and all is kept beside",
        )
    destination = MoveDestination(
        data_dir=data_dir,
        database=settings.database,
        config=options.config_file or default_config_file(),
        trusted_hosts=frozenset(_hosts_of(settings)),
    )
    with ExitStack() as stack:
        opening = opened_move(source, passphrase, destination, progress=_show_step)
        opened = await asyncio.to_thread(stack.enter_context, opening)
        is_trusted = _is_trusted(opened, trusts_settings=trusts_settings)
        now_ms = await fetch_now_ms(settings)
        stopping = hub_stopped(
            data_dir, is_to_run_again=lambda: not is_half_restored(data_dir) and load_mark(data_dir) is None
        )
        async with stopping:
            with own(data_dir, database=settings.database):
                await asyncio.to_thread(finish_restore, settings.database)
                arrived = await asyncio.to_thread(put_in_place, opened, now_ms=now_ms, is_trusted=is_trusted)
        _say_arrived(arrived, settings)
        _say_left_out(opened, arrived, is_trusted=is_trusted)
    say("Start the hub: bimmerhub run")


def _hosts_of(settings: "HubConfig") -> Iterator[str]:
    """Yield the hosts that the settings here name: an emulator's, say."""
    for address in (settings.bmw.auth_url, settings.bmw.api_url):
        yield urlsplit(address).hostname or ""
    yield settings.bmw.stream_host
    for account in settings.accounts.values():
        for host in (account.host, account.sign_in_host):
            if host:
                yield urlsplit(host if "://" in host else f"//{host}").hostname or ""


def _is_trusted(opened: "OpenedMove", *, trusts_settings: bool) -> bool:
    """Show what of the file could do something, and return whether it is to be taken over."""
    if not opened.risks and not opened.far:
        return True
    say(
        "Whoever made this file chose settings in it that run a program, read a file, erase history, lead elsewhere "
        "than to BMW, or let others in:"
    )
    say_lines(f"  {risk.words}" for risk in opened.risks)
    say_lines(f"  the sign-in of {account} goes to {address}" for account, address in opened.far.items())
    if trusts_settings:
        say("They are taken over: --trust-settings.")
        return True
    if not sys.stdin.isatty():
        say("They are left out. To take them over, restore the file at a terminal, or add --trust-settings.")
        return False
    answer = ask_line(f"When you made the file yourself and know them, type {TRUST}; anything else leaves them out:")
    return answer.casefold() == TRUST


def _show_step(step: "MigrationStep") -> None:
    if step.step == 1:
        say(f"The file has schema {step.from_version}; it is brought to {step.to_version} ...")


def _say_arrived(arrived: "ArrivedMove", settings: "HubConfig") -> None:
    """Say what came, and what a person may have to see to."""
    about = arrived.about
    say(f"Everything from {about.came_from} is here. Signed in: {', '.join(about.accounts) or 'nobody'}.")
    say("Only one place may use this from now on: never restore the file, or a copy of it, anywhere else.")
    if arrived.replaced is not None:
        say(f"The history that was here is kept: {arrived.replaced}")
    if arrived.config is not None:
        _say_config(arrived.config, settings)
    missing = [name for name in about.variables if name not in os.environ]
    if missing:
        say(f"These variables were set there and are not here: {', '.join(missing)}")


def _say_left_out(opened: "OpenedMove", arrived: "ArrivedMove", *, is_trusted: bool) -> None:
    """Say what of the file was not taken over, and where it is."""
    if not is_trusted and opened.risks:
        tables = ", ".join(dict.fromkeys(f"[{risk.table}]" if risk.table else "all settings" for risk in opened.risks))
        say(f"Left out of the settings: {tables}. What you want of them, copy from {arrived.aside}")
    elif arrived.aside is not None:
        say(f"There are settings here already; those of the other machine are in {arrived.aside}: compare them.")
    for account in () if is_trusted else opened.far:
        say(f"Left out: the sign-in of {account}. Sign in again: bimmerhub login --account {account}")
    if opened.left_out:
        names = ", ".join(opened.left_out[:_NAMES_SHOWN])
        more = " ..." if len(opened.left_out) > _NAMES_SHOWN else ""
        say(f"Left out, for it is no part of a move: {names}{more}")


def _say_config(config: Path, settings: "HubConfig") -> None:
    say(f"The settings are in {config}.")
    values = _values(config)
    for setting in ("data_dir", "store.path"):
        if setting in values:
            place = values[setting]
            say(f"They name {setting} = {place!r}; everything was put in {settings.data_dir}: change or remove that.")
    elsewhere = [f"{setting} ({value})" for setting, value in values.items() if value.startswith(("env:", "file:"))]
    if elsewhere:
        say(f"What these settings point to is not in the file: {', '.join(elsewhere)}")


def _values(config: Path) -> dict[str, str]:
    """Return the texts in a settings file, by their names with dots; none of one that is no settings file."""

    def walk(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                walk(f"{name}.{key}" if name else str(key), below)
        elif isinstance(value, str):
            texts[name] = value

    texts: dict[str, str] = {}
    try:
        walk("", tomllib.loads(config.read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}
    return texts
