"""`bimmerhub doctor`: what keeps values from arriving, and the next step."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from bimmerhub.cli.commands.accounts import load_names
from bimmerhub.cli.context import Options
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, out, print_json
from bimmerhub.cli.running import run
from bimmerhub.hub.process.directory import find_hub

EXAMINED_WITHIN_S = 180.0
_MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED ", "skipped": "skipped"}
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
FAILED_EXIT = 1


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    calls: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--calls/--no-calls", help="Spend two of the day's REST calls on it.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Examine network, clock, sign-in, scopes, vehicles, containers, stream and what arrived; name the next step."""
    if not json:
        err.print("Looking at everything; this takes some seconds ...")
    options: Options = context.obj
    is_hub_running = find_hub(options.settings().data_dir) is not None
    with _quiet("bimmerhub.hub.feeds.cardata"):  # what it warns of is among the checks
        found = run(_examine(options, calls=calls))
    if json:
        print_json(found)
    else:
        _print(found)
        if not is_hub_running:
            err.print("No hub runs here, so nothing is stored: bimmerhub run")
    if any(each["outcome"] == "failed" for each in found["items"]):
        raise typer.Exit(FAILED_EXIT)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a logger's warnings back while the block runs."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _print(found: dict[str, Any]) -> None:
    for each in found["items"]:
        out.print(_MARKS[each["outcome"]], style=_STYLES[each["outcome"]], end="  ")
        out.print(f"{each['name']}: {each['found']}", soft_wrap=True)
    out.print(f"\nNext step: {found['next_step']}", soft_wrap=True)


async def _examine(options: Options, *, calls: bool) -> dict[str, Any]:
    """Let the running hub look; without one, run a hub here for as long as it takes."""
    name = options.account_name(await load_names(options))
    async with reach_hub(options, goes_live=True, fetches=False) as client:
        path = f"accounts/{name}/examination?calls={str(calls).lower()}"
        found: dict[str, Any] = await client.send("POST", path, within_s=EXAMINED_WITHIN_S)
        return found
