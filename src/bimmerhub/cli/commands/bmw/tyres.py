"""`bimmerhub tyres [VIN]`: the tyres as BMW's tyre diagnosis knows them."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import (
    ChangesOption,
    JsonOption,
    VinArgument,
    print_changes,
    read_document,
    say_how_to_ask_cardata,
)
from bimmerhub.cli.printing.output import print_json, print_table

if TYPE_CHECKING:
    from bimmerhub.views.documents.tyres import TyreAnswer, TyresAnswer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tyres)


def tyres(
    context: typer.Context,
    vin: VinArgument = None,
    changes: ChangesOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's tyres as BMW's tyre diagnosis told them last.

    `bimmerhub fetch VIN tyres` asks BMW now. Words are BMW's.
    """
    if changes:
        print_changes(context.obj, vin, "tyres", json=json)
        return
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.tyres)
    if json:
        print_json(answer)
        return
    print_tyres(answer)
    say_how_to_ask_cardata(context.obj, answer.fetched_at, "tyres", vin)


def print_tyres(answer: "TyresAnswer") -> None:
    """Print one line a tyre."""
    print_table(
        ("set", "wheel", "dimension", "season", "make", "mounted on", "wear", "due at", "defect"),
        [_cells(tyre) for tyre in answer.items],
        numbers=("due at",),
        empty="BMW knows no tyres of this car; most cars do not have the service."
        if answer.fetched_at
        else "Nothing is known of this car's tyres.",
    )


def _cells(tyre: "TyreAnswer") -> tuple[str, ...]:
    return (
        tyre.tyre_set,
        tyre.wheel.replace("_", " "),
        tyre.dimension or "-",
        tyre.season or "-",
        _make(tyre.manufacturer, tyre.tread),
        tyre.mounted_on or "-",
        _with_color(tyre.wear, tyre.wear_color),
        "-" if tyre.due_km is None else f"{tyre.due_km:,} km",
        _with_color(tyre.defect, tyre.defect_color),
    )


def _make(manufacturer: str | None, tread: str | None) -> str:
    """Return who made a tyre and what it is called; BMW may name the maker in both."""
    names = (tread,) if manufacturer and tread and tread.startswith(manufacturer) else (manufacturer, tread)
    return " ".join(name for name in names if name) or "-"


def _with_color(word: str | None, color: str | None) -> str:
    return " ".join(part for part in (word, f"({color.lower()})" if color else None) if part) or "-"
