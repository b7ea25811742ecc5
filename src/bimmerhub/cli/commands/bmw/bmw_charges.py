"""`bimmerhub bmw-charges [VIN]`: charging sessions as the MyBMW app lists them."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_of_car
from bimmerhub.cli.commands.bmw.bmw_charge import ChargeLine, short_id, show_charge
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.hub_access.asking_app import FRESH_HELP, MONTH_HELP, reach_car, span_of
from bimmerhub.cli.printing.output import local_time, print_csv, print_json, print_table, print_text, say, show_value
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.bmw_charges import BmwChargesAnswer

NOT_CURRENT_EXIT = 1
CSV_COLUMNS = ("started_at", "energy_kwh", "energy", "title", "subtitle", "status", "is_public", "id")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bmw-charges")(bmw_charges)


def bmw_charges(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    session: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION]", help="One session in detail: its id or the end of it.", show_default=False),
    ] = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help=MONTH_HELP, show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=FRESH_HELP)] = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with times in UTC.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's charging sessions as the MyBMW app lists them, newest first.

    They are BMW's texts, beside what the hub makes of the readings. CarData has a list of its own: charging-history.
    One session has more: how full the battery was, the odometer, the cost; BMW is asked for it once.
    """
    if json and csv:
        raise WrongUsage("--json and --csv exclude each other")
    if session is not None:
        if csv or month is not None:
            raise WrongUsage("one session has neither a month nor CSV")
        line = ChargeLine(vin=vin, session=session, fresh=fresh)
        show_charge(context.obj, line, _load_ids, json=json)
        return
    if month is None and fresh:
        raise WrongUsage("--fresh asks BMW for a month or a session", hint="Name it: --month 2026-09")
    if month is not None:
        answer, is_current = run(_load_month(context.obj, vin, month, fresh=fresh))
    else:
        answer, is_current = read_of_car(context.obj, vin, load_charges), True
    _show(answer, json=json, csv=csv)
    if not is_current:
        raise typer.Exit(NOT_CURRENT_EXIT)


def _show(answer: "BmwChargesAnswer", *, json: bool, csv: bool) -> None:
    if json:
        print_json(answer)
    elif csv:
        print_csv(CSV_COLUMNS, answer.items)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        _print(answer)


async def _load_month(
    options: Options, text: str | None, month: str, *, fresh: bool
) -> "tuple[BmwChargesAnswer, bool]":
    """Return the charging sessions of a month, asked for where that is due, and whether BMW answered."""
    from msgspec.structs import replace

    span = span_of(month)
    async with reach_car(options, text) as car:
        wish = {"month": month, "fresh": fresh}
        is_current = await car.ask({"what": "bmw-charges", **wish})
        is_current &= await car.ask({"what": "charging-statistics", **wish})
        answer = await load_charges(car.reads, car.vin, span=span)
    return replace(answer, months=[one for one in answer.months if one.month == month]), is_current


async def load_charges(reads: "Reads", vin: "Vin", *, span: tuple[int, int] | None = None) -> "BmwChargesAnswer":
    """Return all pages as one."""
    from msgspec.structs import replace

    from bimmerhub.cli.reads import public_documents
    from bimmerhub.views.documents.bmw_charges import MOST_CHARGES

    answer = page = await reads.read(public_documents.bmw_charges(vin, limit=MOST_CHARGES, span=span))
    while page.next is not None:
        page = await reads.read(public_documents.bmw_charges(vin, limit=MOST_CHARGES, after=page.next, span=span))
        answer = replace(answer, items=[*answer.items, *page.items])
    return replace(answer, next=None, is_complete=True)


async def _load_ids(reads: "Reads", vin: "Vin") -> list[str]:
    return [charge.id for charge in (await load_charges(reads, vin)).items]


def _print(answer: "BmwChargesAnswer") -> None:
    print_table(
        ("began (local time)", "energy", "where, how long, cost", "id"),
        [
            (
                local_time(charge.started_at) if charge.started_at else charge.title or "-",
                charge.energy or "-",
                charge.subtitle or "-",
                short_id(charge.id),
            )
            for charge in answer.items
        ],
        numbers=("energy",),
        empty="BMW has told of no charging session.",
    )
    if answer.months:
        print_text("")
        print_table(
            ("month", "charged", "sessions"),
            [
                (
                    month.month,
                    "-" if month.energy_kwh is None else show_value(month.energy_kwh, "kWh"),
                    "-" if month.sessions is None else str(month.sessions),
                )
                for month in answer.months
            ],
            numbers=("charged", "sessions"),
        )
