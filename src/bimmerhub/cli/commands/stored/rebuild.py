"""`bimmerhub rebuild`: make everything that is derived from readings anew."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import print_json, print_text
from bimmerhub.cli.printing.progress_line import showing_progress
from bimmerhub.cli.running import run
from bimmerhub.errors import StoreError

if TYPE_CHECKING:
    from bimmerhub.views.stored.rebuild import RebuildAnswer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="rebuild")(rebuild)


def rebuild(
    context: typer.Context,
    vin: Annotated[
        str | None,
        typer.Argument(metavar="[VIN]", help="VIN or the end of it; all vehicles without it.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Judge readings by their neighbours anew, then make days, trips and charging sessions of them again."""
    report = run(_rebuild(context.obj, vin))
    if json:
        print_json(report)
    else:
        print_text(
            f"{report.readings:,} readings went through; what follows from them ({report.parts:,} parts) is new."
        )


async def _rebuild(options: Options, text: str | None) -> "RebuildAnswer":
    """Show progress on a terminal and return the last report."""
    from bimmerhub.cli.hub_access.hub_streams import rebuild as rebuild_by
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin, require_vehicles
    from bimmerhub.cli.reads.hub_or_store import HubOrStore, naming_demo, open_reads
    from bimmerhub.hub.process.directory import find_hub

    settings = options.settings()
    with naming_demo(options):
        async with open_reads(HubOrStore(settings=settings, hub=find_hub(settings.data_dir))) as reads:
            await require_vehicles(options, reads)
            vin = None if text is None else await find_vin(options, reads, text)
    last: RebuildAnswer | None = None
    async with reach_hub(settings, goes_live=False) as client:
        with showing_progress("rebuilding") as show:
            async for report in rebuild_by(client.hub, vin):
                last = report
                show(f"rebuilding: {report.parts_done} of {report.parts}, {report.readings:,} readings")
    if last is None or not last.done:
        raise StoreError("the rebuild broke off", hint="Run it again; until then the old records are served.")
    return last
