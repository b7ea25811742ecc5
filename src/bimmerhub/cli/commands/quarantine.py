"""`bimmerhub quarantine`: what was refused, and taking readings back that are true after all."""

from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, iso, local_time, print_items, print_table, show_value
from bimmerhub.cli.reading import open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.domain.reading import Reading
from bimmerhub.store.ports.quarantine import Refused

SHOWN_CHARACTERS = 4_000


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    quarantine = typer.Typer(no_args_is_help=True, help="What was not understood or not believed.")
    quarantine.command(name="list")(list_refused)
    quarantine.command(name="release")(release)
    app.add_typer(quarantine, name="quarantine")


def list_refused(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List what was refused and why, newest first; what has a value can be released."""

    async def load(options: Options) -> list[Refused]:
        async with open_for_reading(options) as store:
            return await store.refused(limit=limit)

    found = run(load(context.obj))
    if json:
        print_items([_refused_json(each) for each in found])
        return
    print_table(
        ("id", "received at (local time)", "origin", "descriptor", "value", "reason"),
        [
            (
                str(each.id),
                local_time(each.received_at_ms),
                each.origin,
                each.descriptor or "-",
                "-" if each.reading is None else show_value(each.reading.value, each.reading.unit),
                each.reason,
            )
            for each in found
        ],
        numbers=("id", "value"),
    )
    if not found:
        err.print("Nothing is in quarantine.")


def release(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID...", min=1, help="Ids that `quarantine list` shows.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Store readings that were not believed; an odometer is judged by them from then on."""

    async def work(options: Options) -> list[dict[str, Any]]:
        async with reach_hub(options, goes_live=False) as client:
            return [await client.send("POST", f"quarantine/{each}/release") for each in ids]

    released = run(work(context.obj))
    if json:
        print_items(released)
        return
    for each in released:
        reading = each["reading"]
        err.print(f"Released: {reading['descriptor']} {show_value(reading['value'], reading['unit'])}")


def _refused_json(refused: Refused) -> dict[str, Any]:
    return {
        "id": refused.id,
        "received_at": iso(refused.received_at_ms),
        "reason": refused.reason,
        "origin": refused.origin,
        "descriptor": refused.descriptor,
        "reading": None if refused.reading is None else _reading_json(refused.reading),
        "payload": refused.payload.decode(errors="replace")[:SHOWN_CHARACTERS],
        "payload_bytes": len(refused.payload),
    }


def _reading_json(reading: Reading) -> dict[str, Any]:
    return {
        "vin": reading.vin,
        "descriptor": reading.descriptor,
        "value": reading.value,
        "unit": reading.unit,
        "measured_at": iso(reading.measured_at_ms),
        "source": reading.source.name.lower(),
    }
