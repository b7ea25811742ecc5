"""`bimmerhub battery`: what the battery holds by its charges, beside what BMW says, and how the 12 V battery is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.printing.output import local_time, print_json, print_table

if TYPE_CHECKING:
    from bimmerhub.views.cars.battery import BatteryAnswer, BmwFigure, StarterBatteryAnswer

NOTHING_TOLD = "This car has told nothing of its batteries."


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="battery")(battery)


def battery(
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show what a full battery holds, and how the 12 V battery is.

    What it holds by its charges stands beside what BMW says of it. The capacity is estimated from charges of 20
    percent points and more, five at least. The 12 V battery is looked at at rest: from 13.5 V on it is being charged.
    """
    from bimmerhub.cli.commands.bmw.bmw_answers import read_document
    from bimmerhub.cli.reads import public

    answer = read_document(context.obj, vin, public.battery)
    if json:
        print_json(answer)
        return
    print_table(("what", "value", "plus or minus", "as of (local time)"), list(_rows(answer)), empty=NOTHING_TOLD)


def _rows(answer: "BatteryAnswer") -> Iterator[tuple[str, ...]]:
    capacity = answer.usable_capacity
    if capacity is not None:
        yield (
            f"usable capacity by {capacity.charges} charges",
            f"~{capacity.kwh:g} kWh",
            f"{capacity.band_kwh:g} kWh",
            local_time(capacity.last_charge_at),
        )
    elif answer.charges:
        yield (f"usable capacity by {answer.charges} charges", f"too few, {answer.charges_needed} are needed", "", "")
    yield from _figure("BMW: maxEnergy", answer.max_energy_kwh, "kWh")
    yield from _figure("BMW: socMax", answer.soc_max_kwh, "kWh")
    yield from _figure("BMW: size when new", answer.size_kwh, "kWh")
    yield from _figure("BMW: stateOfHealth", answer.health_percent, "%")
    if answer.starter is not None:
        yield from _starter(answer.starter)


def _figure(name: str, figure: "BmwFigure | None", unit: str) -> Iterator[tuple[str, ...]]:
    if figure is not None:
        yield (name, f"{figure.value:g} {unit}", "", local_time(figure.measured_at))


def _starter(starter: "StarterBatteryAnswer") -> Iterator[tuple[str, ...]]:
    at = local_time(starter.measured_at)
    yield ("12 V battery at rest", f"{starter.resting_v:g} V", "", at)
    if starter.trend_v_per_30_days is not None:
        band = "" if starter.trend_band_v is None else f"{starter.trend_band_v:g} V"
        yield ("its trend in 30 days", f"~{starter.trend_v_per_30_days + 0.0:+g} V", band, at)
    if starter.days_to_trouble is not None:
        yield (
            f"days until {starter.trouble_v:g} V",
            f"~{starter.days_to_trouble}",
            f"{starter.days_to_trouble_least} to {starter.days_to_trouble_most}",
            at,
        )
