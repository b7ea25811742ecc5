"""`bimmerhub coverage [VIN]`: which descriptors arrive, and why the others do not."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_client import connect
from bimmerhub.cli.output import age, err, out, print_items, print_table
from bimmerhub.cli.reading import fetch_present_ms, find_vin, open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.domain.coverage import Verdict
from bimmerhub.hub.doctor.coverage import CoverageReport
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.ids import Vin
from bimmerhub.views.coverage import view_coverage
from bimmerhub.views.viewer import OWNER

_LEFT_OUT = frozenset({Verdict.NEVER_SENT.value, Verdict.NOT_SEEN_YET.value, Verdict.REST_ONLY.value})


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(coverage)


def coverage(
    context: typer.Context,
    vin: Annotated[str | None, typer.Argument(help="VIN or the end of it.", show_default=False)] = None,
    everything: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--all", help="Also what this car never sent and what cannot be streamed.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, always all of it.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show for each descriptor whether it is ticked, when it came last, how often, and a verdict."""
    found, items, now_ms = run(_load(context.obj, vin))
    if json:
        print_items(items)
        return
    out.print(found, style="bold")
    shown = [each for each in items if everything or each["verdict"] not in _LEFT_OUT]
    print_table(
        ("descriptor", "ticked", "last came", "usually every", "verdict", "why"),
        [
            (
                each["descriptor"],
                each["ticked"],
                _ago(each["last_streamed_at"], now_ms),
                "-" if each["usual_gap_s"] is None else age(each["usual_gap_s"]),
                each["verdict"],
                each["why"],
            )
            for each in shown
        ],
    )
    counted = Counter(each["verdict"] for each in items)
    err.print(", ".join(f"{count} {verdict}" for verdict, count in counted.most_common()))


def _ago(at: str | None, now_ms: int) -> str:
    return "-" if at is None else f"{age(now_ms / 1000 - datetime.fromisoformat(at).timestamp())} ago"


async def _load(options: Options, vin_text: str | None) -> tuple[Vin, list[dict[str, Any]], int]:
    """Ask the running hub, which knows whether the stream stands; without one judge what is stored."""
    now_ms = await fetch_present_ms(options)
    async with open_for_reading(options) as store:
        vin = await find_vin(options, store, vin_text)
        hub = find_hub(options.settings().data_dir)
        if hub is None:
            report = CoverageReport(
                store, vehicles=store.vehicles, containers=store.containers, links=tuple, now_ms=lambda: now_ms
            )
            return vin, msgspec.to_builtins(await view_coverage(OWNER, report, vin))["items"], now_ms
    async with connect(hub) as client:
        items: list[dict[str, Any]] = (await client.fetch(f"vehicles/{vin}/coverage"))["items"]
        return vin, items, now_ms
