"""`bimmerhub basic-data [VIN]`: all that BMW's basic data said of a vehicle."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import (
    ONLY_CARDATA,
    ChangesOption,
    JsonOption,
    VinArgument,
    is_read_by_cardata,
    print_changes,
    read_document,
    say_how_to_ask,
)
from bimmerhub.cli.printing.output import print_json, print_table, print_text, show_value
from bimmerhub.errors import NotFound

if TYPE_CHECKING:
    from bimmerhub.views.documents.basic_data import BasicDataAnswer


UNITS = {"reessNominalCapacityGross": "Ah"}
"""Units of fields that BMW tells without one. Source: answers that clients observed 2025-2026, beside the batteries."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="basic-data")(basic_data)


def basic_data(
    context: typer.Context,
    vin: VinArgument = None,
    changes: ChangesOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show all that BMW's basic data said of a vehicle last.

    `bimmerhub fetch VIN basic-data` asks BMW now.
    """
    if changes:
        print_changes(context.obj, vin, "basic-data", json=json)
        return
    from bimmerhub.cli.reads import public_documents

    try:
        answer = read_document(context.obj, vin, public_documents.basic_data)
    except NotFound:
        if is_read_by_cardata(context.obj, vin):
            raise
        raise NotFound("BMW has not been asked what this car is", hint=ONLY_CARDATA) from None
    if json:
        print_json(answer)
        return
    print_basic_data(answer)
    say_how_to_ask(answer.fetched_at, "basic-data", vin)


def print_basic_data(answer: "BasicDataAnswer") -> None:
    """Print the fields, by BMW's names."""
    print_text(answer.vin, style="bold")
    rows = [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else show_value(value, UNITS.get(name)))
        for name, value in answer.fields.items()
    ]
    print_table(("field", "value"), rows, empty="BMW's basic data of this car are empty.")
