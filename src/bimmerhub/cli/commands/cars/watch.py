"""`bimmerhub watch [VIN]...`: what comes in, as it comes in; or a log of the charge level."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.link_words import spell_link
from bimmerhub.cli.printing.output import local_time, print_folded, print_json_line, say, show_value
from bimmerhub.cli.running import run, run_until_stopped
from bimmerhub.errors import SignInRequired
from bimmerhub.ids import vin_end

if TYPE_CHECKING:
    from bimmerhub.cli.arguments.wanted_cars import WantedCars
    from bimmerhub.cli.charge_watch.start import ChargeOptions
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.cli.reads.hub_or_store import HubOrStore
    from bimmerhub.views.account.accounts import AccountAnswer
    from bimmerhub.views.events import ReadingEvent

HEARD: Final = "cardata"
"""The family whose cars tell by themselves; of the others BMW is asked now and then."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vins: Annotated[
        list[str] | None, typer.Argument(metavar="[VIN]...", help="VINs or their ends.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,  # noqa: FBT002 - typer
    raw: Annotated[bool, typer.Option("--raw", help="Print BMW's messages as a capture file.")] = False,  # noqa: FBT002 - typer
    every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Log the charge level: ask so often (60s, 5m, 1h) where BMW is asked; a stream tells by itself.",
            show_default=False,
        ),
    ] = None,
    step: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="Log the charge level, and tell at each multiple of so many percent; else 5.",
            show_default=False,
        ),
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Log the charge level, and tell there: desktop (what counts without it), an http(s) address that "
            "takes JSON, an address of apprise, or none. env:NAME and file:PATH keep it off the line. May be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print readings as they arrive, until Ctrl-C; with --every, --step or --notify log the charge level instead.

    Without a running hub it connects by itself, and stores them too. Times are local ones, in JSON UTC. The charge log
    tells of each step, and when charging starts, ends, is interrupted, is full, or the plug is pulled: each once, also
    over a restart. It does the old charge logger's job by the .env file or the variables of that program.
    """
    options: Options = context.obj
    endings = [vin.upper() for vin in vins or ()]
    if every is None and step is None and not notify:
        _print_readings(options, endings, json=json, raw=raw)
        return
    if raw:
        raise WrongUsage("--raw goes with none of --every, --step and --notify")
    from bimmerhub.cli.charge_watch.start import read_charge_options

    _log_charging(
        options, endings, read_charge_options(options.settings(), every=every, step=step, notify=notify, json=json)
    )


def _print_readings(options: Options, endings: Sequence[str], *, json: bool, raw: bool) -> None:
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.printing.raw_messages import print_raw_messages
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store

    _say_what_logs_charging()
    source = find_hub_or_store(options)
    _check_there_is_data(source)

    async def work() -> None:
        async with reach_hub(source.settings, goes_live=True) as client:
            wanted = await _prepare(client, options, endings, is_hub_ours=source.hub is None)
            if raw:
                await print_raw_messages(source.settings, endings=endings, account=wanted.account)
            else:
                await _print_events(client, wanted, json=json)

    run_until_stopped(work)


def _say_what_logs_charging() -> None:
    """Tell who starts this beside the old charge logger's variables what does that program's job."""
    from bimmerhub.cli.charge_watch.old_variables import DECISIVE, has_old_variables, unread_file

    if (words := unread_file(Path.cwd())) is not None:
        say(words)
    if has_old_variables(os.environ, Path.cwd()):
        say(f"{DECISIVE} is set, as for the old charge logger. This does its job: bimmerhub watch --step 5")


def _log_charging(options: Options, endings: Sequence[str], charge: "ChargeOptions") -> None:
    from bimmerhub.cli.charge_watch.start import find_old_program, log_asked_cars, log_hub_cars
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store

    old = find_old_program()
    wanted = [*endings] or ([] if old is None else [*old.vins])
    if old is not None and not _is_known_here(options, wanted):
        run_until_stopped(lambda: log_asked_cars(options.settings(), old, wanted, charge))
        return
    source = find_hub_or_store(options)
    _check_there_is_data(source)
    run_until_stopped(
        lambda: log_hub_cars(
            source.settings,
            charge,
            reach=lambda: reach_hub(source.settings, goes_live=True),
            prepare=lambda client: _prepare(client, options, wanted, is_hub_ours=source.hub is None),
        )
    )


def _is_known_here(options: Options, endings: Sequence[str]) -> bool:
    """Tell whether the data directory, and not some demo beside it, knows one of these cars; False without endings."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import HubOrStore, open_reads
    from bimmerhub.hub.process.directory import find_hub

    settings = options.settings()
    here = HubOrStore(settings=settings, hub=find_hub(settings.data_dir))
    if not endings or (here.hub is None and not settings.database.exists()):
        return False

    async def load() -> list[str]:
        async with open_reads(here) as reads:
            return [vehicle.vin for vehicle in (await reads.read(public.vehicles())).items]

    return any(vin.endswith(tuple(endings)) for vin in run(load()))


async def _prepare(client: "HubClient", options: Options, endings: Sequence[str], *, is_hub_ours: bool) -> "WantedCars":
    """Return the cars that are wanted, and say what to expect of them; WrongUsage, SignInRequired."""
    from bimmerhub.cli.arguments.wanted_cars import WantedCars
    from bimmerhub.cli.reads import public

    accounts = (await client.fetch("accounts", public.accounts().shape)).items
    account = options.only_account([account.name for account in accounts])
    wanted = WantedCars(client, endings=endings, account=account)
    await wanted.load()
    _check_signed_in(accounts, is_hub_ours=is_hub_ours)
    say(f"Waiting for readings {_whose(wanted)}. Ctrl-C stops.")
    concerned = [seen for seen in accounts if account in (None, seen.name)]
    if any(seen.family == HEARD for seen in concerned):
        say("A car on the road sends every few seconds, a parked one now and then, a sleeping one nothing.")
    _say_links(concerned)
    return wanted


def _whose(wanted: "WantedCars") -> str:
    """Return which cars are waited for, in words."""
    names = ", ".join(wanted.names()) or "any car"
    return f"of {names}" if wanted.account is None else f"of {names}, of the account {wanted.account}"


def _say_links(accounts: "Sequence[AccountAnswer]") -> None:
    """Say of each account whose link does not stand why nothing can come at present."""
    for account in accounts:
        if account.link is not None and account.link.state != "connected":
            say(spell_link(account.link))


def _check_there_is_data(source: "HubOrStore") -> None:
    """Refuse before a database is made for nothing: SignInRequired."""
    if source.hub is None and not source.settings.database.exists() and not source.settings.relayed:
        raise _nobody_signed_in()


def _nobody_signed_in(accounts: "Sequence[AccountAnswer]" = ()) -> SignInRequired:
    return SignInRequired("nobody is signed in, so nothing would come", hint=_how_to_sign_in(accounts))


def _how_to_sign_in(accounts: "Sequence[AccountAnswer]") -> str:
    """Return the command that signs in the first of the accounts; of an older family it needs no client id."""
    if not accounts or accounts[0].family == HEARD:
        return "bimmerhub login --client-id ID"
    return f"bimmerhub login --account {accounts[0].name} --family {accounts[0].family}"


def _check_signed_in(accounts: "Sequence[AccountAnswer]", *, is_hub_ours: bool) -> None:
    """Say that nobody is signed in; where no other hub runs, in which that could change, as an error."""
    if any(account.signed_in or account.link is not None for account in accounts):  # a relay needs no sign-in
        return
    if is_hub_ours:
        raise _nobody_signed_in(accounts)
    say(f"Nobody is signed in yet: {_how_to_sign_in(accounts)}")


async def _print_events(client: "HubClient", wanted: "WantedCars", *, json: bool) -> None:
    """Print what comes in; StoreError when the hub stops."""
    from bimmerhub.cli.hub_access.hub_client import end_of_events
    from bimmerhub.cli.hub_access.hub_streams import events
    from bimmerhub.views.account.links import LinkAnswer
    from bimmerhub.views.events import GapEvent, ReadingEvent

    async for event in events(client.hub):
        if isinstance(event, GapEvent):
            say(f"{event.dropped or 'Some'} events were missed. The readings among them are stored.")
        if isinstance(event, LinkAnswer) and not json and wanted.account in (None, event.account):
            say(spell_link(event))
        if isinstance(event, ReadingEvent) and await wanted.includes(event.vin):
            print_json_line(event) if json else _print_reading(event)
    raise end_of_events()


def _print_reading(reading: "ReadingEvent") -> None:
    value = show_value(reading.value, reading.unit)
    when = f"{local_time(reading.measured_at)}  {vin_end(reading.vin)}  "
    print_folded(f"{when}{reading.descriptor}  {value}", indent=len(when))
