"""`bimmerhub status [VIN]`: what a vehicle said last."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import age, iso, out, print_json, print_table, show_value
from bimmerhub.cli.reading import fetch_present_ms, find_vin, open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Vin


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(
    context: typer.Context,
    vin: Annotated[str | None, typer.Argument(help="VIN or the end of it.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show a vehicle's signals: value, age and where each comes from."""
    found, signals, now = run(_load(context.obj, vin))
    if json:
        print_json({"vin": found, "signals": {name: _to_json(each, now) for name, each in signals.items()}})
        return
    out.print(found, style="bold")
    print_table(
        ("signal", "value", "age", "descriptor"),
        [
            (name, show_value(each.value, each.unit), age((now - each.measured_at_ms) / 1000), each.descriptor)
            for name, each in sorted(signals.items())
        ],
        numbers=("value", "age"),
    )


async def _load(options: Options, vin_text: str | None) -> tuple[Vin, Mapping[str, SignalValue], int]:
    async with open_for_reading(options) as store:
        vin = await find_vin(options, store, vin_text)
        live = LiveVehicles()
        await live.load(store, await store.vehicles.vehicles())
        return vin, live.state(vin) or {}, await fetch_present_ms(options)


def _to_json(signal: SignalValue, now: int) -> dict[str, Any]:
    return {
        "value": signal.value,
        "unit": signal.unit,
        "measured_at": iso(signal.measured_at_ms),
        "age_s": round((now - signal.measured_at_ms) / 1000, 3),
        "descriptor": signal.descriptor,
        "source": signal.source.name.lower(),
        "quality": signal.quality,
    }
