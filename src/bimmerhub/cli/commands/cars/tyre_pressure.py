"""`bimmerhub tyre-pressure`: pressures with what the temperature does to them taken out, and slow leaks."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.printing.output import local_time, print_json, print_table, say

if TYPE_CHECKING:
    from bimmerhub.views.cars.tyre_pressure import WheelAnswer

NOTHING_TOLD = "This car has told no tyre pressure together with a temperature."


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="tyre-pressure")(tyre_pressure)


def tyre_pressure(
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show tyre pressures as if it were 20 °C, and slow leaks.

    Each stands beside its target, a leak with the days until it matters.

    A warm tyre has more pressure than a cold one; what is left at 20 °C is its air. A ~ marks what is estimated.
    """
    from bimmerhub.cli.commands.bmw.bmw_answers import read_document
    from bimmerhub.cli.reads import public

    answer = read_document(context.obj, vin, public.tyre_pressures)
    if json:
        print_json(answer)
        return
    print_table(
        ("tyre", "as of (local time)", "told", "at 20 °C", "target at 20 °C", "in 30 days", "days to too low"),
        [_cells(wheel) for wheel in answer.wheels],
        numbers=("told", "at 20 °C", "target at 20 °C", "in 30 days", "days to too low"),
        empty=NOTHING_TOLD,
    )
    for axle in answer.axles:
        say(f"{axle.axle} axle: left has {axle.left_minus_right_kpa:+g} kPa against right, at 20 °C.")


def _cells(wheel: "WheelAnswer") -> tuple[str, ...]:
    trend, left = wheel.trend_kpa_per_30_days, wheel.days_to_limit
    return (
        wheel.wheel,
        local_time(wheel.measured_at),
        f"{wheel.pressure_kpa:g} kPa at {wheel.temperature_c:g} °C",
        f"{wheel.cold_pressure_kpa:.0f} kPa",
        "-" if wheel.cold_target_kpa is None else f"{wheel.cold_target_kpa:.0f} kPa",
        "-" if trend is None else f"~{trend:+.0f} kPa",
        "" if left is None else f"~{left} ({wheel.days_to_limit_least} to {wheel.days_to_limit_most})",
    )
