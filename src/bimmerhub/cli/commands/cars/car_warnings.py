"""`bimmerhub warnings [VIN]`: what the car warned of, since when, and whether it is gone."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, print_text

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.car_warnings import CarWarningAnswer
    from bimmerhub.views.fields import Page


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(warnings)


def warnings(
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's Check Control messages and fault codes: first seen, came back, gone.

    Those that are there come first. Texts are in the language of the owner's account.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    of_vin, page = read(context.obj, lambda reads: _load(context.obj, reads, vin))
    if json:
        print_json(page)
        return
    print_text(of_vin, style="bold")
    print_table(
        ("kind", "code", "first seen", "came back", "gone", "times", "what"),
        [_cells(warning) for warning in page.items],
        numbers=("times",),
        empty="The car has warned of nothing, or no list of its warnings has come. CarData's are the keys "
        "vehicle.status.checkControlMessages (REST) and vehicle.electronicControlUnit.diagnosticTroubleCodes.raw; "
        "BMW's older interfaces tell Check Control messages, and no fault codes.",
    )


def _cells(warning: "CarWarningAnswer") -> tuple[str, ...]:
    unit = "-" if warning.ecu_address is None else f"control unit {warning.ecu_address}"
    return (
        warning.kind.replace("_", " "),
        warning.code,
        local_time(warning.first_seen_at),
        local_time(warning.came_back_at),
        local_time(warning.gone_at),
        str(warning.times),
        warning.title or warning.text or unit,
    )


async def _load(options: Options, reads: "Reads", text: str | None) -> "tuple[Vin, Page[CarWarningAnswer]]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = await find_vin(options, reads, text)
    return vin, await reads.read(public.car_warnings(vin))
