"""`bimmerhub doctor`: what keeps values from arriving, and the next step."""

import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_folded, print_json, print_text, say
from bimmerhub.cli.reporting.backups_of_others import say_others_backups
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.reads.hub_or_store import HubOrStore
    from bimmerhub.errors import StoreError
    from bimmerhub.hub.config import HubConfig
    from bimmerhub.views.account.checks import ExaminationAnswer

EXAMINED_WITHIN_S = 180.0
_MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED ", "skipped": "skipped"}
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
FAILED_EXIT = 1
_DAMAGED_HINT = "Save what is readable: bimmerhub damage check, or start the hub, which does it: bimmerhub run"


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
    """Examine everything that keeps values from arriving, and name the next step.

    That is network, clock, sign-in, scopes, vehicles, containers, what BMW requires of each car (mapping, SIM,
    ConnectedDrive contract, market), quota, stream and what arrived.
    """
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store

    if not json:
        say("Looking at everything; this takes some seconds ...")
    source = find_hub_or_store(context.obj)
    with _quiet("bimmerhub.hub.feeds"):  # what it warns of is among the checks
        examination = run(_examine(context.obj, source, calls=calls))
    if json:
        print_json(examination)
    else:
        _print(examination, has_hub=source.hub is not None)
        if source.hub is None:
            say("No hub runs here, so nothing is stored: bimmerhub run")
        say_others_backups(source.settings)
    if any(check.outcome == "failed" for check in examination.items):
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


def _print(examination: "ExaminationAnswer", *, has_hub: bool) -> None:
    if examination.examined_at is not None:
        print_text(f"As of {local_time(examination.examined_at)}:")
    for check in examination.items:
        mark = f"{_MARKS[check.outcome]}  "
        print_text(mark, style=_STYLES[check.outcome], end="")
        print_folded(f"{check.name}: {check.found}", indent=len(mark), start=len(mark))
    is_good = not any(check.outcome in {"failed", "warning"} for check in examination.items)
    next_step = "Start the hub: bimmerhub run" if is_good and not has_hub else examination.next_step
    print_text("")
    print_text(f"Next step: {next_step}")


async def _examine(options: Options, source: "HubOrStore", *, calls: bool) -> "ExaminationAnswer":
    """Let the running hub look; without one, run a hub here for as long as it takes, or look without the store."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.errors import StoreError
    from bimmerhub.hub.process.demo import keep_from_bmw
    from bimmerhub.views.account.checks import ExaminationAnswer

    if source.hub is None:
        keep_from_bmw(source.settings.data_dir, source.settings.bmw)
    async with AsyncExitStack() as stack:
        try:
            if source.hub is None:
                await _refuse_damaged(source.settings)
            name = options.account_name(await load_account_names(source.settings))
            reached = reach_hub(source.settings, goes_live=True, fetches=False)
            client = await stack.enter_async_context(reached)
        except StoreError as error:
            return await _examine_without_store(source.settings, error)
        request = Request(
            method="POST", path=f"accounts/{name}/examination", query={"calls": "true" if calls else "false"}
        )
        return await client.send(request, ExaminationAnswer, within_s=EXAMINED_WITHIN_S)


async def _refuse_damaged(settings: "HubConfig") -> None:
    """Raise StoreDamaged when the database is: to examine it is not to exchange it, as a hub would that is run here."""
    from bimmerhub.cli.hub_access.opening import open_for_reading
    from bimmerhub.errors import StoreDamaged, StoreError

    if not settings.database.exists():
        return
    try:
        async with open_for_reading(settings) as store:
            problems = await store.soundness.find_damage()
    except StoreDamaged as error:
        problems = [str(error)]
    except StoreError:  # what opens the store says so too, or brings it up to date
        return
    if problems:
        raise StoreDamaged(f"the database is damaged: {problems[0]}", hint=_DAMAGED_HINT)


async def _examine_without_store(settings: "HubConfig", error: "StoreError") -> "ExaminationAnswer":
    """Return why no hub can run on the data directory (a full disk, say), and what can be examined all the same."""
    from bimmerhub.bmw.http import open_session
    from bimmerhub.domain.account.checks import failed, skipped
    from bimmerhub.hub.doctor.reach import check_network
    from bimmerhub.views.account.checks import describe_examination

    async with open_session(plain_hosts=settings.lab.plain_http_hosts) as session:
        network = await check_network(settings.bmw, session)
    store = failed("data directory", str(error), hint=error.hint)
    rest = [skipped(name, "the data directory cannot be used") for name in ("sign-in", "vehicles", "stream")]
    return describe_examination([store, *network, *rest])
