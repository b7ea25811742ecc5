"""`bimmerhub status [VIN]`: what a vehicle said last."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import age, print_json, print_table, print_text, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.state import SignalAnswer, StateAnswer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show a vehicle's signals: value, age and descriptor."""
    from bimmerhub.cli.reads.hub_or_store import read

    state = read(context.obj, lambda reads: _load(context.obj, reads, vin))
    if json:
        print_json(state)
        return
    print_text(state.vin, style="bold")
    if state.notice is not None:
        print_text(state.notice, style="yellow")
    print_table(
        ("signal", "value", "age", "descriptor"),
        [(name, _show(signal), age(signal.age_s), signal.descriptor) for name, signal in sorted(state.signals.items())],
        numbers=("value", "age"),
        empty="This vehicle has reported nothing yet.",
    )


def _show(signal: "SignalAnswer") -> str:
    """Return the value, as past when the car has not spoken of it for too long."""
    value = show_value(signal.value, signal.unit)
    if signal.freshness == "stale":
        value = f"was {value}"
    return value if signal.not_understood is None else f"{value} (then {signal.not_understood!r}, not understood)"


async def _load(options: Options, reads: "Reads", vin: str | None) -> "StateAnswer":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    return await reads.read(public.state(await find_vin(options, reads, vin)))
