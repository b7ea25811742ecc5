"""`bimmerhub fetch VIN WHAT`: ask BMW now; of CarData for calls of the day that are kept for a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.container_ids import check_container_id
from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP, parse_moment
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import is_terminal, local_time, print_exactly, print_json, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import BimmerhubError, ConfigError
from bimmerhub.ids import vin_end
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.ids import Vin
    from bimmerhub.views.fetch import FetchAnswer, FetchPriceAnswer

ANSWERED_WITHIN_S = 600.0
"""A long charging history takes some dozen calls."""
MAPPINGS = "mappings"
OLDER_COMMANDS = {
    "last-trip": "bmw-trips",
    "all-trips": "bmw-trips",
    "charging-profile": "charging-profile show",
    "destinations": "destinations",
    "range-map": "range-map",
    "efficiency": "bmw-trips",
    "navigation": "status",
    "service-partner": "dealer",
    "specs": "specs",
    "booked-services": "booked-services",
    "messages": "messages",
    "bmw-charges": "bmw-charges",
    "bmw-trips": "bmw-trips",
    "charging-statistics": "bmw-charges",
    "trip-statistics": "bmw-trips",
    "recalls": "recalls",
    "service-demands": "service-demands",
}
"""What accounts of other families are asked for, and the command that shows it."""
WHAT = ("basic-data", "values", "charging-history", "tyres", "charging-settings", "image", *OLDER_COMMANDS)

HELP = """\
Ask BMW now for one thing of a car; CarData spends calls kept for you on it.

VIN is a VIN or the end of it; it may be left out when there is one car. WHAT is one of:

basic-data (what the car is; BMW's guide: fetch_basic_data), values (the last known values of a container, else of the
hub's own), charging-history (else of the last 45 days), tyres (BMW's tyre diagnosis), charging-settings (of each
place), image; or `fetch mappings`: which cars the account has (BMW's guide: fetch_vehicle_mappings).

Cars of other families have values too, and: last-trip, all-trips, charging-profile, destinations, range-map (i
Remote); charging-profile, efficiency, navigation, service-partner, specs, booked-services, messages (the ConnectedDrive
portal); bmw-charges, bmw-trips, charging-profile, charging-statistics, trip-statistics, recalls, service-demands (the
MyBMW app's interface). These cost no call of CarData's day.

The price is said before, and what is left after. An answer that is fresh enough (values and most of what older families
tell 5 minutes, charging history and mappings an hour, a picture 30 days, else a day) comes from the store and costs
nothing; --fresh asks BMW all the same. Everything that comes is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What the line asks for."""

    options: Options
    vin: str | None
    what: str
    container: str | None
    begin: str | None
    end: str | None
    fresh: bool
    raw: bool
    json: bool


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=HELP)(fetch)


def fetch(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[VIN] WHAT", help="The car, and what to ask for.")],
    container: Annotated[
        str | None, typer.Option("--container", metavar="ID", help="values: of this container.", show_default=False)
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help=f"charging-history: {TIME_HELP}", show_default=False)
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="charging-history: until when.", show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Spend the call though a fresh answer is stored.")] = False,  # noqa: FBT002 - typer
    raw: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--raw", help="Print what BMW sent as it came: JSON, one page a line; the picture as PNG.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Ask BMW now for one thing of a car; CarData spends calls kept for you on it."""
    vin, what = _parse_words(words)
    line = _Line(
        options=context.obj,
        vin=vin,
        what=what,
        container=container,
        begin=begin,
        end=end,
        fresh=fresh,
        raw=raw,
        json=json,
    )
    _check_line(line)
    if what == "image" and raw and is_terminal():
        raise WrongUsage(
            "a picture does not fit on a terminal", hint=f"bimmerhub fetch {' '.join(words)} --raw > car.png"
        )
    run(_fetch(line))


def _check_line(line: _Line) -> None:
    """Raise WrongUsage for options that the question does not take."""
    if line.container is not None:
        if line.what != "values":
            raise WrongUsage(f"--container is for values, and {line.what} has none", hint="Leave it out.")
        check_container_id(line.container)
    if (line.begin, line.end) != (None, None) and line.what != "charging-history":
        raise WrongUsage(f"--from and --to are for charging-history, not for {line.what}", hint="Leave them out.")


def _parse_words(words: Sequence[str]) -> tuple[str | None, str]:
    """Return the car (None: the only one) and what to ask for."""
    from bimmerhub.cli.arguments.nearest import did_you_mean

    what = words[-1].lower()
    if len(words) > 2 or (what == MAPPINGS and len(words) > 1):  # noqa: PLR2004 - a car and a thing
        raise WrongUsage("too many words", hint="bimmerhub fetch VIN WHAT, or bimmerhub fetch mappings")
    questions = [*WHAT, MAPPINGS]
    if what not in questions:
        may_be_car = len(words) == 1 and re.search(r"\d", what)
        raise WrongUsage(
            f"{words[-1][:40]!r} is nothing that BMW can be asked for",
            hint=f"{did_you_mean(what, questions)} Known: {', '.join(questions)}".lstrip()
            + (f". Of a car write both: bimmerhub fetch {words[0][-17:]} values" if may_be_car else ""),
        )
    return (words[0] if len(words) > 1 else None), what


async def _fetch(line: _Line) -> None:
    """Let the running hub ask; without a hub, one here that goes not live."""
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    options = line.options
    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
        account = options.known_account(await load_account_names(settings)) if line.what == MAPPINGS else None
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        reads = HubReads(client, settings)
        if account is not None:
            answer = await _ask(client, f"accounts/{account}/fetch", {}, line)
            await _print(reads, None, answer, line)
            return
        with naming_demo(options):
            vin = await find_vin(options, reads, line.vin)
        query = await _query(reads, line)
        answer = await _ask(client, f"vehicles/{vin}/fetch", query, line)
        if line.what == "image" and line.raw:
            await _write_image(client, vin)
        else:
            await _print(reads, vin, answer, line)


async def _query(reads: "HubReads", line: _Line) -> dict[str, str]:
    """Return the rest of the question by the names of the API."""
    now_ms = await reads.now_ms()
    begin_ms, end_ms = (None if text is None else parse_moment(text, now=now_ms) for text in (line.begin, line.end))
    if begin_ms is not None:
        TimeSpan(begin=line.begin or "", end=line.end).parse(now_ms=now_ms)
    moments = {
        name: None if at_ms is None else format_time(at_ms) for name, at_ms in (("from", begin_ms), ("to", end_ms))
    }
    given = {"account": line.options.account, "container": line.container, **moments}
    return {name: value for name, value in given.items() if value is not None}


async def _ask(client: "HubClient", path: str, query: dict[str, str], line: _Line) -> "FetchAnswer":
    """Say the price, ask, and say what is left."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.views.fetch import FetchAnswer, FetchPriceAnswer
    from bimmerhub.views.fields import Page

    async def load_price() -> FetchPriceAnswer:
        prices = (await client.fetch(path, Page[FetchPriceAnswer], query=query)).items
        for price in prices:
            if price.what == line.what:
                return price
        offered = ", ".join(price.what for price in prices)
        raise ConfigError(f"BMW tells no {line.what} of this vehicle", hint=f"It can be asked for {offered}.")

    price = await load_price()
    _say_price(price, fresh=line.fresh)
    body: dict[str, object] = {"fresh": line.fresh, "raw": line.raw, **query}
    if line.what != MAPPINGS:
        body["what"] = line.what
    request = Request(method="POST", path=path, body=body)
    try:
        answer = await client.send(request, FetchAnswer, within_s=ANSWERED_WITHIN_S)
    except BimmerhubError:
        now = await load_price()
        # BMW counts a call that it refuses, too
        if now.remaining is not None and (now.remaining == 0 or now.remaining < (price.remaining or 0)):
            say(f"{_left(now)}.")
        raise
    if answer.remaining is not None:
        say(f"{_calls(answer.calls)} spent; {_left(answer)}.")
    for span in answer.skipped:
        say(f"BMW fails at {local_time(span.from_)} to {local_time(span.until)}: sessions of that time may be missing.")
    return answer


def _say_price(price: "FetchPriceAnswer", *, fresh: bool) -> None:
    if price.fresh_until is not None and not fresh:
        say(f"BMW answered this at {local_time(price.answered_at)}: from the store, for nothing. --fresh asks anew.")
        return
    if price.remaining is None:
        say(f"Asking BMW ({price.account}).")
        return
    more = " or more" if price.may_cost_more else ""
    say(f"Asking BMW, for {_calls(price.calls)}{more} of the {price.remaining} that are left today ({price.account}).")


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def _left(answer: "FetchAnswer | FetchPriceAnswer") -> str:
    """Return how many calls are left, and until when they have to do."""
    verb = "is" if answer.remaining == 1 else "are"
    return (
        f"{answer.remaining} of {answer.limit} {verb} left until {local_time(answer.resets_at)} (this machine's time)"
    )


async def _write_image(client: "HubClient", vin: "Vin") -> None:
    png = await client.fetch_bytes(f"vehicles/{vin}/image")
    print_exactly(png)


async def _print(reads: "HubReads", vin: "Vin | None", answer: "FetchAnswer", line: _Line) -> None:
    if line.json:
        print_json(answer)
        return
    if line.raw:
        for body in answer.raw or ():
            print_exactly(f"{body}\n".encode())
        if not answer.raw:
            say("There is nothing to print: values and pictures are stored, not what they came in. --fresh asks anew.")
        return
    await _print_result(line.options, reads, vin, answer)


async def _print_result(options: Options, reads: "HubReads", vin: "Vin | None", answer: "FetchAnswer") -> None:
    """Print what the answer says, as the command that shows it does."""
    from bimmerhub.cli.reads import public, public_documents

    if vin is None and answer.remaining is None:
        noun = "vehicle" if answer.documents == 1 else "vehicles"
        count = f"{answer.documents} {noun}. " if answer.served_from == "bmw" else ""
        print_text(f"{count}To see them: bimmerhub vehicles --account {answer.account}")
    elif vin is None:
        from bimmerhub.cli.commands.bmw.mappings import load_mappings, print_mappings

        print_mappings(await load_mappings(options, reads))
    elif answer.what == "basic-data":
        from bimmerhub.cli.commands.bmw.basic_data import print_basic_data

        print_basic_data(await reads.read(public_documents.basic_data(vin)))
    elif answer.what == "tyres":
        from bimmerhub.cli.commands.bmw.tyres import print_tyres

        print_tyres(await reads.read(public_documents.tyres(vin)))
    elif answer.what == "charging-settings":
        from bimmerhub.cli.commands.bmw.charging_settings import print_charging_settings

        print_charging_settings(await reads.read(public_documents.charging_settings(vin)))
    elif answer.what == "charging-history":
        print_text(_sessions(answer.documents, vin))
    elif answer.what in OLDER_COMMANDS:
        print_text(_older(answer, vin))
    elif answer.what == "values":
        got = answer.readings
        counts = f"Readings: {got.new} new, {got.repeated} known, {got.refused} refused. "
        print_text(f"{counts if answer.served_from == 'bmw' else ''}To see them: bimmerhub status {vin_end(vin)}")
    elif any(car.has_image for car in (await reads.read(public.vehicles())).items if car.vin == vin):
        print_text(f"To keep the picture: bimmerhub fetch {vin_end(vin)} image --raw > car.png")
    else:
        say("BMW has no picture of this vehicle.")


def _older(answer: "FetchAnswer", vin: "Vin") -> str:
    if answer.documents == 0:
        return f"BMW tells of no {answer.what.removeprefix('bmw-').replace('-', ' ')} of this vehicle."
    return f"To see it: bimmerhub {OLDER_COMMANDS[answer.what]} {vin_end(vin)}"


def _sessions(number: int, vin: "Vin") -> str:
    if number == 0:
        return "BMW tells of no charging session of that time."
    noun = "session" if number == 1 else "sessions"
    return f"{number} charging {noun}. To see them: bimmerhub charging-history {vin_end(vin)}"
