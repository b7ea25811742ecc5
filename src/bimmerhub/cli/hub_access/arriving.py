"""`bimmerhub restore FILE` with a file of `move`: everything comes to this machine, sign-ins too."""

import asyncio
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import say
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig
    from bimmerhub.hub.safekeeping.history_files import MigrationStep
    from bimmerhub.hub.safekeeping.moving import ArrivedMove


async def restore_move(options: Options, source: Path, passphrase: str, *, force: bool) -> None:
    """Put a move file in place and say what is left to do; errors as `move_in`, ConfigError for a history without."""
    from bimmerhub.hub.config import default_config_file
    from bimmerhub.hub.process.clock import fetch_now_ms
    from bimmerhub.hub.process.directory import own
    from bimmerhub.hub.process.stopping import stop_hub
    from bimmerhub.hub.safekeeping.history_files import finish_restore
    from bimmerhub.hub.safekeeping.move_mark import is_half_restored
    from bimmerhub.hub.safekeeping.moving import check_can_arrive, move_in

    settings = options.settings()
    check_can_arrive(source, settings.data_dir)
    if settings.database.exists() and not force and not is_half_restored(settings.data_dir):
        raise ConfigError(
            f"there is a history at {settings.database} already",
            hint="To replace it and its sign-ins add --force; a running hub is then stopped, and all is kept beside",
        )
    stopped = await asyncio.to_thread(stop_hub, settings.data_dir)
    if stopped is not None:
        say(f"The hub (process {stopped.pid}) is stopped.")
    now_ms = await fetch_now_ms(settings)
    with own(settings.data_dir, database=settings.database):
        await asyncio.to_thread(finish_restore, settings.database)
        arrived = await asyncio.to_thread(
            move_in,
            source,
            passphrase,
            data_dir=settings.data_dir,
            database=settings.database,
            config=options.config_file or default_config_file(),
            now_ms=now_ms,
            progress=_show_step,
        )
    _say_arrived(arrived, settings)


def _show_step(step: "MigrationStep") -> None:
    if step.step == 1:
        say(f"The file has schema {step.from_version}; it is brought to {step.to_version} ...")


def _say_arrived(arrived: "ArrivedMove", settings: "HubConfig") -> None:
    """Say what came, and what a person may have to see to."""
    about = arrived.about
    say(f"Everything from {about.came_from} is here. Signed in: {', '.join(about.accounts) or 'nobody'}.")
    if arrived.replaced is not None:
        say(f"The history that was here is kept: {arrived.replaced}")
    if arrived.config is not None:
        _say_config(arrived, settings)
    missing = [name for name in about.variables if name not in os.environ]
    if missing:
        say(f"These variables were set there and are not here: {', '.join(missing)}")
    say("Start the hub: bimmerhub run")


def _say_config(arrived: "ArrivedMove", settings: "HubConfig") -> None:
    if arrived.config is None:
        return
    if not arrived.is_config_used:
        say(f"There are settings here already; those of the other machine are in {arrived.config}: compare them.")
        return
    say(f"The settings are in {arrived.config}.")
    values = _values(arrived.config)
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
