"""`bimmerhub vehicles`: which vehicles are known, what is known of one, and putting a sold one away."""

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.car_group import CarGroup
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import (
    ask_line,
    local_time,
    print_folded,
    print_json,
    print_table,
    print_text,
    say,
    with_hint,
)
from bimmerhub.cli.running import run
from bimmerhub.ids import Vin, mask_vin, vin_end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.commands import AbilitiesAnswer, OpeningAnswer
    from bimmerhub.views.cars.erasure import ErasedAnswer
    from bimmerhub.views.cars.vehicles import VehicleAccountAnswer, VehicleAnswer

ERASED_WITHIN_S = 900.0
"""Giving the space back takes about 10 s per GB of the database."""
NOT_ANSWERED_EXIT = 1
FIELDS = ("name", "brand", "model", "drivetrain", "account")
"""The columns beside the VIN; a name is there only where a car has one, and most have none."""

_ABLE = {True: "yes", False: "no", None: "-"}

HELP = """\
List the vehicles, show one, put a sold one away, erase one, allow opening it.

Without a command it lists them: VIN, model, drivetrain and account; with --account only that account's. A word that is
no command is a vehicle, and shows its record: the VIN, the end of it, its key or its name."""

VinArgument = Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it, its key, or its name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_ACCOUNT_HEADINGS = {
    "account": "account",
    "mapping": "mapping",
    "mapped_since": "mapped since",
    "unmapped_at": "no longer named since",
    "gets_data": "gets its data",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    vehicles = typer.Typer(cls=CarGroup, help=HELP)
    vehicles.command("list")(list_vehicles)
    vehicles.command("show")(show)
    vehicles.command("archive")(archive)
    vehicles.command("erase")(erase)
    vehicles.command("allow-opening")(allow_opening)
    app.add_typer(vehicles, name="vehicles")


def list_vehicles(context: typer.Context, json: JsonOption = False) -> None:  # noqa: FBT002 - typer
    """List the vehicles: VIN, model, drivetrain and account.

    With --account only that account's.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.fields import Page

    options: Options = context.obj
    items, none = read(options, lambda reads: _load_all(options, reads))
    if json:
        print_json(Page(items=items, next=None))
        return
    fields = [field for field in FIELDS if field != "name" or any(vehicle.name for vehicle in items)]
    print_table(
        ("VIN", *fields),
        [(vehicle.vin, *(_cell(vehicle, field) for field in fields)) for vehicle in items],
        empty=none,
    )
    for vehicle in items:
        if vehicle.notice is not None:
            say(f"{mask_vin(vehicle.vin)}: {vehicle.notice}.")


def show(
    context: typer.Context,
    vin: VinArgument,
    capabilities: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--capabilities", help="List what the car can by its own list, in BMW's words.")
    ] = False,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show what is known of one vehicle: what it is, which accounts see it, since when, and whether it is archived.

    --capabilities asks BMW for the list, unless a running hub knows it. Where BMW does not answer it shows the last
    one, and the exit code is 1. Cars that are read by CarData have none.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    options: Options = context.obj
    if capabilities:
        abilities = run(_load_abilities(options, vin))
        _print_capabilities(abilities, json=json)
        if not abilities.is_current:
            raise typer.Exit(NOT_ANSWERED_EXIT)
        return
    _print(read(options, lambda reads: _load(options, reads, vin)), json=json)


def archive(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument,
    sold_on: Annotated[
        str | None, typer.Option("--sold-on", metavar="DATE", help="Its day of sale; today.", show_default=False)
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it into use again.")] = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Put a sold vehicle away: its history stays, and nothing is asked of it any more.

    What it tells after the day of sale is its next owner's and is not stored; what was stored of later days already
    stays.
    """
    if sold_on is not None:
        _check_sale(sold_on)
    answer, stored_until = run(_archive(context.obj, vin, sold_on=sold_on, undo=undo))
    _print(answer, json=json)
    if stored_until is not None:
        say(f"What was stored of later days, until {local_time(stored_until)}, stays and is shown.")
    still = [seen.account for seen in answer.accounts if seen.gets_data]
    if not undo and still:
        say(f"BMW still gives its data to {_accounts(still)}: remove it there too, in the My BMW app.")


def erase(
    context: typer.Context,
    vin: VinArgument,
    yes: Annotated[
        str | None,
        typer.Option("--yes", metavar="END", help="The last 7 characters of the VIN, in place of the question."),
    ] = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Erase all that is stored of a vehicle, for good: readings, raw messages, quarantine, documents, picture, records.

    Asks for the end of the VIN first. Backups keep what they hold; it says which. If the vehicle tells something later,
    or BMW names it for an account, it begins anew.
    """
    erased = run(_erase(context.obj, vin, confirmation=yes))
    if json:
        print_json(erased)
        return
    print_text(
        f"Erased: readings {erased.readings:,}, raw messages {erased.raw_messages:,}, set apart {erased.refused:,},"
    )
    print_text(f"documents {erased.documents:,}, records {erased.records:,}, its picture and settings.")
    if erased.is_space_back:
        print_text("The disk has the space again.")
    else:
        print_text(
            "The disk is too full to give the space back now: new readings fill it; erasing again gives it back."
        )
    for backup in erased.backups:
        print_text(f"Still holds it, or may: {backup}")
    say("Copies that you made elsewhere are not known to bimmerhub and may hold it too.")
    if erased.seen_by:
        say(f"While BMW names it for {_accounts(erased.seen_by)}, it is met anew: remove it in the My BMW app.")


def allow_opening(
    context: typer.Context,
    vin: VinArgument,
    off: Annotated[bool, typer.Option("--off", help="Refuse them from now on.")] = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Allow commands that open a vehicle from afar (unlock); they are refused until then.

    Whoever may send commands (a token of scope command, whoever has the page's password) can then open it.
    """
    answer = run(_allow_opening(context.obj, vin, is_allowed=not off))
    if json:
        print_json(answer)
    elif answer.is_opening_allowed:
        undo = f"bimmerhub vehicles allow-opening {vin_end(answer.vin)} --off"
        print_text(f"{mask_vin(Vin(answer.vin))} may be opened from afar. Undo: {undo}")
    else:
        print_text(f"Commands that open {mask_vin(Vin(answer.vin))} are refused.")


async def _allow_opening(options: Options, text: str, *, is_allowed: bool) -> "OpeningAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.reads.cars import find_vehicle
    from bimmerhub.views.cars.commands import OpeningAnswer

    async with _reached(options) as (client, reads):
        vehicle = await find_vehicle(options, reads, text)
        body = {"is_opening_allowed": is_allowed}
        return await client.send(
            Request(method="PUT", path=f"vehicles/{vehicle.vin}/opening", body=body), OpeningAnswer
        )


def _accounts(names: "Sequence[str]") -> str:
    return f"account{'' if len(names) == 1 else 's'} {', '.join(names)}"


async def _erase(options: Options, text: str, *, confirmation: str | None) -> "ErasedAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.reads.cars import find_vehicle
    from bimmerhub.views.cars.erasure import ErasedAnswer

    async with _reached(options) as (client, reads):
        vehicle = await find_vehicle(options, reads, text)
        end = _ask_for_end(vehicle) if confirmation is None else _check_end(vehicle, confirmation)
        request = Request(method="POST", path=f"vehicles/{vehicle.vin}/erase", body={"confirmation": end})
        return await client.send(request, ErasedAnswer, within_s=ERASED_WITHIN_S)


def _check_end(vehicle: "VehicleAnswer", end: str) -> str:
    """Return what --yes says; WrongUsage when it is not the end of the VIN."""
    from bimmerhub.views.cars.erasure import CONFIRMED_BY, confirms

    if not confirms(vehicle.vin, end):
        raise WrongUsage(
            "--yes is not the end of the vehicle's VIN, so nothing was erased",
            hint=f"It takes the last {CONFIRMED_BY} characters: bimmerhub vehicles {vin_end(vehicle.vin)} shows them",
        )
    return end


def _ask_for_end(vehicle: "VehicleAnswer") -> str:
    if not sys.stdin.isatty():
        raise WrongUsage("erasing asks a question, and nobody is there to answer", hint="Add --yes END_OF_THE_VIN")
    what = " ".join(word for word in (vehicle.name, vehicle.brand, vehicle.model) if word) or "this vehicle"
    say(f"This erases all that is stored of {what} ({mask_vin(vehicle.vin)}), for good.")
    return ask_line("Type the last 7 characters of its VIN:")


async def _load_all(options: Options, reads: "Reads") -> "tuple[list[VehicleAnswer], str]":
    """Return the vehicles, and where there is none what to say of it."""
    from bimmerhub.cli.reads.cars import load_vehicles, no_vehicle

    vehicles = await load_vehicles(options, reads)
    if vehicles:
        return vehicles, ""
    error = await no_vehicle(options, reads)
    return [], with_hint(f"N{str(error)[1:]}", error.hint)


async def _load(options: Options, reads: "Reads", text: str) -> "VehicleAnswer":
    from bimmerhub.cli.reads.cars import find_vehicle

    return await find_vehicle(options, reads, text)


def _check_sale(day: str) -> None:
    """Raise WrongUsage for what is no day, or is yet to come."""
    from bimmerhub.cli.arguments.time_words import now_ms
    from bimmerhub.errors import ConfigError
    from bimmerhub.hub.vehicles.keeping import check_day_of_sale

    try:
        check_day_of_sale(day, now_ms=now_ms())
    except ConfigError as error:
        raise WrongUsage(f"--sold-on: {error}", hint=error.hint) from error


async def _archive(
    options: Options, text: str, *, sold_on: str | None, undo: bool
) -> "tuple[VehicleAnswer, str | None]":
    """Return the vehicle, and until when something is stored that it told after its day of sale; None: nothing is."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vehicle
    from bimmerhub.times import format_time, local_day_end_ms
    from bimmerhub.views.cars.vehicles import VehicleAnswer

    async with _reached(options) as (client, reads):
        vehicle = await find_vehicle(options, reads, text)
        path = f"vehicles/{vehicle.vin}/archive"
        body = {} if sold_on is None else {"sold_on": sold_on}
        request = Request(method="DELETE", path=path) if undo else Request(method="POST", path=path, body=body)
        answer = await client.send(request, VehicleAnswer)
        if answer.sold_on is None:
            return answer, None
        state = await reads.read(public.state(Vin(vehicle.vin)))
        newest = max((signal.measured_at for signal in state.signals.values()), default="")
        return answer, newest if newest >= format_time(local_day_end_ms(answer.sold_on)) else None


@asynccontextmanager
async def _reached(options: Options, *, asks_bmw: bool = False) -> "AsyncIterator[tuple[HubClient, Reads]]":
    """Open the hub of the data directory for a change, and its reads."""
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
        async with reach_hub(settings, goes_live=False, asks_bmw=asks_bmw) as client:
            yield client, HubReads(client, settings)


async def _load_abilities(options: Options, text: str) -> "AbilitiesAnswer":
    from bimmerhub.cli.commanding import load_abilities
    from bimmerhub.cli.reads.cars import find_vehicle

    async with _reached(options, asks_bmw=True) as (client, reads):
        return await load_abilities(client, (await find_vehicle(options, reads, text)).vin, options=options)


def _print_capabilities(abilities: "AbilitiesAnswer", *, json: bool) -> None:
    from bimmerhub.cli.commanding import say_age

    if json:
        print_json(abilities)
        return
    say_age(abilities)
    if abilities.commands:
        print_table(
            ("BMW's name", "BMW's word", "able", "bimmerhub"),
            [
                (entry.name, entry.word or "-", _ABLE[entry.is_able], _line_of(entry.command))
                for entry in abilities.capabilities
            ],
            empty="The car has no such list.",
        )
    for entry in abilities.capabilities:
        if entry.note is not None:
            say(f"{entry.name} {entry.word}: {entry.note}.")


def _line_of(command: str | None) -> str:
    """Return what one types to ask for a command, "-" where there is none."""
    if command is None:
        return "-"
    return "charging-profile set VIN" if command == "charging-profile" else f"command VIN {command}"


def _print(vehicle: "VehicleAnswer", *, json: bool) -> None:
    if json:
        print_json(vehicle)
        return
    print_text(vehicle.vin, style="bold")
    if vehicle.notice is not None:
        print_folded(vehicle.notice, style="yellow")
    rows = [(field, _cell(vehicle, field)) for field in ("name", "brand", "model", "drivetrain", "key")]
    if vehicle.archived_at is not None:
        rows += [("archived at", local_time(vehicle.archived_at)), ("sold on", vehicle.sold_on or "-")]
    print_table(("", ""), rows)
    print_text("")
    headings = _account_headings(vehicle.accounts)
    print_table(
        tuple(headings.values()),
        [tuple(_account_cell(seen, field) for field in headings) for seen in vehicle.accounts],
        empty="No account is known to see it: it came with a capture, or has only just begun to stream.",
    )
    if any(seen.mapped_since for seen in vehicle.accounts):
        say("What the car told before it was mapped is an earlier owner's: BMW does not give it.")


def _cell(vehicle: "VehicleAnswer", field: str) -> str:
    text = getattr(vehicle, field) or "-"
    return f"{text} (from the VIN)" if field == "brand" and vehicle.brand_from_vin else text


def _account_headings(accounts: "Sequence[VehicleAccountAnswer]") -> dict[str, str]:
    """Return the headings of the table by the fields that have something to show; mappings are CarData's only."""
    fields = {field for field in _ACCOUNT_HEADINGS if any(getattr(seen, field) is not None for seen in accounts)}
    return {field: heading for field, heading in _ACCOUNT_HEADINGS.items() if field in fields or not accounts}


def _account_cell(seen: "VehicleAccountAnswer", field: str) -> str:
    value = getattr(seen, field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else local_time(value) if field.endswith(("since", "at")) else str(value)
