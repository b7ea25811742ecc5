"""`bimmerhub bmw-charges [VIN]`: charging sessions as the MyBMW app lists them."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_of_car
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.output import local_time, print_csv, print_json, print_table, print_text, say, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.bmw_charges import BmwChargesAnswer

CSV_COLUMNS = ("started_at", "energy_kwh", "energy", "title", "subtitle", "status", "is_public", "id")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bmw-charges")(bmw_charges)


def bmw_charges(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with times in UTC.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's charging sessions as the MyBMW app lists them, newest first.

    They are BMW's texts, beside what the hub makes of the readings. CarData has a list of its own: charging-history.
    """
    if json and csv:
        raise WrongUsage("--json and --csv exclude each other")
    answer = read_of_car(context.obj, vin, _load)
    if json:
        print_json(answer)
    elif csv:
        print_csv(CSV_COLUMNS, answer.items)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        _print(answer)


async def _load(reads: "Reads", vin: "Vin") -> "BmwChargesAnswer":
    """Return all pages as one."""
    from msgspec.structs import replace

    from bimmerhub.cli.reads import public_documents
    from bimmerhub.views.documents.bmw_charges import MOST_CHARGES

    answer = page = await reads.read(public_documents.bmw_charges(vin, limit=MOST_CHARGES))
    while page.next is not None:
        page = await reads.read(public_documents.bmw_charges(vin, limit=MOST_CHARGES, after=page.next))
        answer = replace(answer, items=[*answer.items, *page.items])
    return replace(answer, next=None, is_complete=True)


def _print(answer: "BmwChargesAnswer") -> None:
    print_table(
        ("began (local time)", "energy", "where, how long, cost"),
        [
            (
                local_time(charge.started_at) if charge.started_at else charge.title or "-",
                charge.energy or "-",
                charge.subtitle or "-",
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
