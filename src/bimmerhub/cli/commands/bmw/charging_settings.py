"""`bimmerhub charging-settings [VIN]`: how the car is set to charge at each place."""

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
from bimmerhub.cli.printing.output import local_time, print_json, print_table, show_value

if TYPE_CHECKING:
    from bimmerhub.views.documents.charging_settings import ChargingPlaceAnswer
    from bimmerhub.views.fields import Page


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="charging-settings")(charging_settings)


def charging_settings(
    context: typer.Context,
    vin: VinArgument = None,
    changes: ChangesOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List how a vehicle is set to charge at each place.

    `bimmerhub fetch VIN charging-settings` asks BMW now. Words are BMW's, times the place's own.
    """
    if changes:
        print_changes(context.obj, vin, "charging-settings", json=json)
        return
    from bimmerhub.cli.reads import public_documents

    page = read_document(context.obj, vin, public_documents.charging_settings)
    if json:
        print_json(page)
        return
    print_charging_settings(page)
    say_how_to_ask_cardata(
        context.obj, max((place.fetched_at for place in page.items), default=None), "charging-settings", vin
    )


def print_charging_settings(page: "Page[ChargingPlaceAnswer]") -> None:
    """Print one line a place."""
    print_table(
        ("latitude", "longitude", "mode", "preference", "window", "AC limit", "visits", "last visit"),
        [_cells(place) for place in page.items],
        numbers=("latitude", "longitude", "visits"),
        empty="BMW has told of no place with charging settings.",
    )


def _cells(place: "ChargingPlaceAnswer") -> tuple[str, ...]:
    if place.is_gone:
        return ("-", "-", "gone", "-", "-", "-", "-", place.id)
    windows = place.windows or ([] if place.period is None else [place.period])
    return (
        show_value(place.latitude_deg, "deg") if place.latitude_deg is not None else "-",
        show_value(place.longitude_deg, "deg") if place.longitude_deg is not None else "-",
        place.charging_mode or "-",
        place.preference or "-",
        ", ".join(f"{window.begin}-{window.end}" for window in windows) or "-",
        "-" if place.ac_current_limit_a is None else show_value(place.ac_current_limit_a, "A"),
        "-" if place.visits is None else str(place.visits),
        local_time(place.last_visit_at),
    )
