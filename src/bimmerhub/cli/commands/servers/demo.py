"""`bimmerhub demo`: emulator and hub together, signed in, with a month of history; no account needed."""

import shutil
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import say, say_lines
from bimmerhub.cli.printing.page_words import who_may
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.emulator.host.info import EmulatorInfo
    from bimmerhub.emulator.settings import EmulatorSettings
    from bimmerhub.hub.app import Hub

ACCOUNT = "demo"
HISTORY_DAYS = 30
SEED = 7


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8080,
    emulator_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of BMW's pages; 0 takes a free one.")] = 0,
    reset: Annotated[bool, typer.Option("--reset", help="Begin anew: forget the demo's history.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show everything with simulated cars, until Ctrl-C.

    Its data is in .demo (or --data-dir), nowhere else.
    """
    from bimmerhub.emulator.host.listener import bind
    from bimmerhub.emulator.settings import EmulatorSettings, HostSettings, LifeSettings, SignInSettings
    from bimmerhub.hub.process.directory import own
    from bimmerhub.web.settings import WebSettings

    options: Options = context.obj
    directory = options.data_dir or Path(".demo")
    if port:  # a taken port is an error before a month is simulated
        bind(WebSettings().host, port, setting="--port").close()
    if emulator_port:
        bind(HostSettings().address, emulator_port, setting="--emulator-port").close()
    with own(directory):  # refuses while another demo runs there, before anything is touched
        _prepare(directory, reset=reset)
    emulated = EmulatorSettings(
        host=HostSettings(http_port=emulator_port, mqtt_port=0, data_dir=directory / "emulator"),
        lives=LifeSettings(
            seed=SEED, history_days=HISTORY_DAYS, history_file=directory / "history.ndjson", is_demo=True
        ),
        sign_in=SignInSettings(poll_interval_s=1),
    )

    async def work() -> None:
        import asyncio
        import os

        from bimmerhub.cli.hub_access.emulated_hub import hub_settings, sign_in_to_emulator
        from bimmerhub.emulator.app import Emulator
        from bimmerhub.hub.app import running
        from bimmerhub.hub.process.announcement import announced

        os.umask(0o077)  # also what the emulator writes beside the hub's files is for nobody else
        say("Starting the emulator: simulated cars live through what happened since the last start …")
        async with Emulator(emulated) as emulator, running(hub_settings(directory, emulator.info, port=port)) as hub:
            await _import_history(hub, emulated)
            await sign_in_to_emulator(hub, emulator.info, account=ACCOUNT)
            _show_addresses(hub, emulator.info)
            with announced(directory, is_demo=True):
                await asyncio.Event().wait()

    run_until_stopped(work)


def _prepare(directory: Path, *, reset: bool) -> None:
    """Make the (owned) directory a demo's, emptied with `reset`; ConfigError when it holds something else."""
    from bimmerhub.hub.process.demo import MARKER
    from bimmerhub.hub.process.directory import LOCK_FILE

    marker = directory / MARKER
    others = [path for path in directory.iterdir() if path.name not in (MARKER, LOCK_FILE)]
    if others and not marker.exists():
        raise ConfigError(
            f"{directory} holds something else; nothing is touched", hint="Name an empty directory: --data-dir DIR"
        )
    marker.touch(mode=0o600)
    for path in others if reset else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


async def _import_history(hub: "Hub", emulated: "EmulatorSettings") -> None:
    """Import what the cars sent before this start: a month at first, later what happened since the last stop."""
    from bimmerhub.cli.hub_access.importing import read_capture

    path = emulated.lives.history_file
    if path is None or not path.exists():
        return

    async with aclosing(hub.context.imports.import_capture(read_capture(path), origin=path.name)) as steps:
        async for step in steps:
            if step.done and step.lines:
                say(f"History: {step.new:,} new readings of {step.lines:,} messages.")
    path.unlink()


def _show_addresses(hub: "Hub", info: "EmulatorInfo") -> None:
    names = ", ".join(car.model for car in info.vehicles)
    say_lines(
        [
            "",
            f"bimmerhub demo: {hub.address}",
            *who_may(hub),
            f"  simulated cars: {names}",
            f"  the emulated BMW: {info.base_url} (sign-in page, user {info.user}, password {info.password})",
            "  Ctrl-C stops everything.",
        ]
    )
