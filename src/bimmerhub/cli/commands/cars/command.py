"""`bimmerhub command VIN lock|unlock|…`: ask a car to do something, and show what becomes of it."""

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.commanding import (
    NO_REASON,
    check_able,
    find_car,
    load_abilities,
    reach_commands,
    say_age,
    send_command,
    spell_state,
)
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import ask, ask_secret, local_time, print_json, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.domain.map_links import PLACE_HELP, LinkedPlace, parse_place
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin, vin_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.views.cars.commands import AbilitiesAnswer, AbilityAnswer, CommandAnswer
    from bimmerhub.views.cars.vehicles import VehicleAnswer

HELP = """\
Ask a car to do something, and show what becomes of it: one line for each state, with its time.

WHAT is lock, unlock, lights, horn, climate-start, climate-stop, charge-now, charge-stop, find (the car reports where
it is), poi (send it a destination), message or charging-settings. Without WHAT it shows what the car can be asked to
do, and what it was asked.

A command is sent once, never again by itself. `unknown` at the end means that it may be done: look before you repeat
it. BMW's CarData allows reading only; cars of accounts of the other families take commands."""

ASKS_FIRST: Final = {
    "unlock": "This unlocks the car, wherever it stands.",
    "horn": "This blows the horn, wherever the car stands.",
}
NOTES: Final = {
    "climate-start": "The car heats or cools to the temperature that was last set in it; another one cannot be set.",
    "find": "The car reports where it is; see it with: bimmerhub status VIN",
}
ANSWER_WANTED: Final = "A-2013"
"""BMW's code for: the answer to the account's security question is missing or wrong. Source: documentation of 2015."""
SHOWN_COMMANDS: Final = 10
NOT_DONE_EXIT: Final = 1

VinArgument = Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it, its key, or its name.")]
UNLOCK_IS_OFF: Final = "yes, once it is allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What the line asks for; `wish` is the body of the request, which may hold a secret."""

    options: Options
    vin: str
    what: str
    wish: dict[str, object] = field(repr=False)
    is_asked: bool
    json: bool


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=HELP)(command)


def command(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument,
    what: Annotated[str | None, typer.Argument(metavar="[WHAT]", help="What it is to do.", show_default=False)] = None,
    place: Annotated[
        str | None, typer.Argument(metavar="[PLACE]", help=f"poi: {PLACE_HELP}", show_default=False)
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", min=1, max=60, help="lights: how often.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="poi: what the place is called.", show_default=False)
    ] = None,
    lat: Annotated[float | None, typer.Option("--lat", help="poi: latitude in degrees.", show_default=False)] = None,
    lon: Annotated[float | None, typer.Option("--lon", help="poi: longitude in degrees.", show_default=False)] = None,
    street: Annotated[str | None, typer.Option("--street", help="poi: street and number.", show_default=False)] = None,
    city: Annotated[str | None, typer.Option("--city", help="poi: town.", show_default=False)] = None,
    postal_code: Annotated[
        str | None, typer.Option("--postal-code", help="poi: postal code.", show_default=False)
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="message: its title.", show_default=False)] = None,
    text: Annotated[str | None, typer.Option("--text", help="message: its text.", show_default=False)] = None,
    target_percent: Annotated[
        int | None,
        typer.Option("--target-percent", help="charging-settings: charge target, 20 to 100 %.", show_default=False),
    ] = None,
    ac_limit_a: Annotated[
        int | None,
        typer.Option(
            "--ac-limit-a", help="charging-settings: limit of the alternating current, in A.", show_default=False
        ),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            "--secret",
            metavar="env:NAME|file:PATH",
            help="unlock: where the answer to the security question is; else it is asked for when BMW wants it.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--force", help="Send it though the car's own list says that it cannot.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before opening the car or blowing the horn.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON when it has ended.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Ask a car to do something, and show what becomes of it: one line for each state, with its time."""
    options: Options = context.obj
    if what is None:
        if not run(_show(options, vin, json=json)):
            raise typer.Exit(NOT_DONE_EXIT)
        return
    given = {
        "count": count,
        "street": street,
        "city": city,
        "postal_code": postal_code,
        "subject": subject,
        "text": text,
    }
    wish: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    limits = {"target_percent": target_percent, "ac_limit_a": ac_limit_a}
    if settings := {key: value for key, value in limits.items() if value is not None}:
        wish["settings"] = settings
    elif what == "charging-settings":
        raise WrongUsage("nothing is to be changed", hint="Such as --target-percent 80, or --ac-limit-a 16.")
    wish |= _place_of(place, lat, lon, name)
    if what == "charging-profile":
        raise WrongUsage(
            "a charging profile has a command of its own", hint="bimmerhub charging-profile set VIN --mode delayed"
        )
    if secret is not None:
        from bimmerhub.hub.process.secret_text import read_secret

        wish["secret"] = read_secret(secret, setting="--secret")
    if force:
        wish["force"] = True
    line = _Line(options=options, vin=vin, what=what, wish={"command": what, **wish}, is_asked=not yes, json=json)
    if not run(_command(line)):
        raise typer.Exit(NOT_DONE_EXIT)


def _place_of(place: str | None, lat: float | None, lon: float | None, name: str | None) -> dict[str, object]:
    """Return the fields of a destination, out of a link or of the options, which win."""
    linked = None if place is None else _parse_place(place)
    latitude, longitude = lat, lon
    if linked is not None:
        latitude = linked.latitude_deg if lat is None else lat
        longitude = linked.longitude_deg if lon is None else lon
        name = name or linked.name
    fields = {"latitude_deg": latitude, "longitude_deg": longitude, "name": name}
    return {key: value for key, value in fields.items() if value is not None}


def _parse_place(text: str) -> LinkedPlace:
    try:
        return parse_place(text)
    except ConfigError as error:
        raise WrongUsage(str(error), hint=error.hint) from error


def _check_wish(wish: "Mapping[str, object]") -> None:
    """Refuse what the command does not take or lacks before anything is asked: ConfigError."""
    import msgspec

    from bimmerhub.views.cars.commands import CommandWish, read_order

    read_order(msgspec.convert(wish, CommandWish))


def _unknown(what: str, abilities: "AbilitiesAnswer") -> WrongUsage:
    """Return the refusal of a word that is no command, with those that the car's family has."""
    from bimmerhub.cli.arguments.nearest import did_you_mean

    words = [item.command for item in abilities.commands if item.command != "charging-profile"]
    hints = [did_you_mean(what, words), f"This car knows: {', '.join(words)}" if words else abilities.notice or ""]
    return WrongUsage(f"{what[:40]!r} is no command to a car", hint=" ".join(hint for hint in hints if hint))


async def _check_first(line: _Line, client: "HubClient", vehicle: "VehicleAnswer") -> None:
    """Say what stands against a command that asks a question, before it asks: opening is off, the car cannot."""
    abilities = await load_abilities(client, vehicle.vin, options=line.options)
    if line.what == "unlock" and not abilities.is_opening_allowed:
        from bimmerhub.views.cars.commands import opening_is_off

        raise opening_is_off(Vin(vehicle.vin))
    check_able(line.what, abilities, force="force" in line.wish)
    if line.what == "unlock" and "secret" not in line.wish:
        say(
            "BMW may want the answer to the security question of your account: it is asked for then, or --secret has it"
        )


def _ask(line: _Line, vehicle: "VehicleAnswer") -> None:
    """Ask whether a command is really meant that opens the car or makes noise; WrongUsage without a yes."""
    if not sys.stdin.isatty():
        raise WrongUsage(f"{line.what} asks a question, and nobody is there to answer", hint="Add --yes")
    say(f"{vehicle.name or vehicle.model or 'The car'} ({vin_end(vehicle.vin)}). {ASKS_FIRST[line.what]}")
    if not ask("Send it?"):
        raise WrongUsage("nothing was sent")


async def _command(line: _Line) -> bool:
    """Send a command and follow it to its end; tell whether the car has done it."""
    from bimmerhub.views.cars.commands import COMMANDS

    if line.what in COMMANDS:
        _check_wish(line.wish)
    async with reach_commands(line.options) as client:
        vehicle = await find_car(line.options, client, line.vin)
        if line.what not in COMMANDS:
            raise _unknown(line.what, await load_abilities(client, vehicle.vin, options=line.options))
        if line.what in ASKS_FIRST and line.is_asked:
            await _check_first(line, client, vehicle)
            _ask(line, vehicle)
        if line.what in NOTES:
            say(NOTES[line.what])
        ended = await send_command(client, vehicle, line.wish, options=line.options, json=line.json)
        if ended.steps[-1].code == ANSWER_WANTED:
            say("BMW wants the answer to the security question of your account before it unlocks: --secret env:NAME")
        if ended.steps[-1].code == ANSWER_WANTED and sys.stdin.isatty():
            answer = ask_secret("Answer")
            again = {**line.wish, "secret": answer}
            ended = await send_command(client, vehicle, again, options=line.options, json=line.json)
    if line.json:
        print_json(ended)
    return ended.state == "executed"


async def _show(options: Options, text: str, *, json: bool) -> bool:
    """Print what a car can be asked to do, and the newest commands that it was sent; tell whether BMW answers."""
    from bimmerhub.views.cars.commands import CommandsPage

    async with reach_commands(options) as client:
        vehicle = await find_car(options, client, text)
        vin = vehicle.vin
        abilities = await load_abilities(client, vin, options=options)
        page = await client.fetch(f"vehicles/{vin}/commands", CommandsPage, query={"limit": str(SHOWN_COMMANDS)})
    if json:
        print_json(abilities)
        return abilities.is_current
    say_age(abilities)
    if len(vehicle.accounts) > 1 and abilities.account is not None:
        say(f"By account {abilities.account}:")
    if abilities.commands:
        print_table(("command", "can"), [(item.command, _can(item, abilities)) for item in abilities.commands])
        if not abilities.is_opening_allowed:
            say(f"Opening it from afar is off. To allow it: bimmerhub vehicles allow-opening {vin_end(vin)}")
    if page.items:
        print_text("")
        print_table(
            ("id", "command", "asked (local time)", "state", "reason"),
            [_sent_cells(item) for item in page.items],
            numbers=("id",),
        )
    return abilities.is_current


def _can(item: "AbilityAnswer", abilities: "AbilitiesAnswer") -> str:
    if item.refusal is not None:
        return f"no: {item.refusal}"
    if item.command == "unlock" and not abilities.is_opening_allowed:
        return UNLOCK_IS_OFF
    return "yes, by: bimmerhub charging-profile set" if item.command == "charging-profile" else "yes"


def _sent_cells(item: "CommandAnswer") -> tuple[str, ...]:
    reason = item.steps[-1].reason or (NO_REASON if item.state == "not_executed" else "-")
    return (str(item.id), item.command, local_time(item.steps[0].at), spell_state(item.state), reason)
