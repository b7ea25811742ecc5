"""`bimmerhub watch [VIN]`: what comes in, as it comes in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.link_words import spell_link
from bimmerhub.cli.output import local_time, print_json_line, print_text, say, show_value
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.errors import SignInRequired
from bimmerhub.ids import vin_end

if TYPE_CHECKING:
    from bimmerhub.cli.hub_client import HubClient
    from bimmerhub.cli.wanted_cars import WantedCars
    from bimmerhub.views.account.accounts import AccountAnswer
    from bimmerhub.views.events import ReadingEvent


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,  # noqa: FBT002 - typer
    raw: Annotated[bool, typer.Option("--raw", help="Print BMW's messages as a capture file.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print readings as they arrive, until Ctrl-C.

    Without a running hub it connects by itself, and stores them too. Times are local ones, in JSON UTC.
    """
    from bimmerhub.cli.raw_messages import print_raw_messages
    from bimmerhub.cli.reach_hub import reach_hub
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store
    from bimmerhub.cli.wanted_cars import WantedCars

    options: Options = context.obj
    source = find_hub_or_store(options)
    if source.hub is None and not source.settings.database.exists() and not source.settings.relayed:
        raise _nobody_signed_in()  # before a database is made for nothing

    async def work() -> None:
        async with reach_hub(source.settings, goes_live=True) as client:
            accounts = (await client.fetch("accounts", public.accounts().shape)).items
            account = options.only_account([account.name for account in accounts])
            wanted = WantedCars(client, ending=(vin or "").upper(), account=account)
            await wanted.load()
            _check_signed_in(accounts, is_hub_ours=source.hub is None)
            say(f"Waiting for readings {_whose(wanted)}. Ctrl-C stops.")
            say("A car on the road sends every few seconds, a parked one now and then, a sleeping one nothing.")
            _say_links([seen for seen in accounts if account in (None, seen.name)])
            if raw:
                await print_raw_messages(source.settings, ending=wanted.ending, account=account)
            else:
                await _print_events(client, wanted, json=json)

    run_until_stopped(work)


def _whose(wanted: "WantedCars") -> str:
    """Return which cars are waited for, in words."""
    names = ", ".join(wanted.names()) or "any car"
    return f"of {names}" if wanted.account is None else f"of {names}, of the account {wanted.account}"


def _say_links(accounts: "Sequence[AccountAnswer]") -> None:
    """Say of each account whose link does not stand why nothing can come at present."""
    for account in accounts:
        if account.link is not None and account.link.state != "connected":
            say(spell_link(account.link))


def _nobody_signed_in() -> SignInRequired:
    return SignInRequired("nobody is signed in, so nothing would come", hint="bimmerhub login --client-id ID")


def _check_signed_in(accounts: "Sequence[AccountAnswer]", *, is_hub_ours: bool) -> None:
    """Say that nobody is signed in; where no other hub runs, in which that could change, as an error."""
    if any(account.signed_in or account.link is not None for account in accounts):  # a relay needs no sign-in
        return
    if is_hub_ours:
        raise _nobody_signed_in()
    say("Nobody is signed in yet: bimmerhub login --client-id ID")


async def _print_events(client: "HubClient", wanted: "WantedCars", *, json: bool) -> None:
    """Print what comes in; StoreError when the hub stops."""
    from bimmerhub.cli.hub_client import end_of_events
    from bimmerhub.cli.hub_streams import events
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
    print_text(f"{local_time(reading.measured_at)}  {vin_end(reading.vin)}  {reading.descriptor}  {value}")
