"""`bimmerhub coverage [VIN]`: which descriptors arrive, and why the others do not."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import age, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.coverage import CoverageAnswer
    from bimmerhub.views.fields import Page


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
    """Show whether each descriptor is ticked, when the stream last brought it, how often, and a verdict.

    The verdict is arriving, quiet, stopped, not ticked, never sent, not seen yet, REST only or stream down.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.domain.coverage import Verdict

    of_vin, page, now_ms = read(context.obj, lambda reads: _load(context.obj, reads, vin))
    if json:
        print_json(page)
        return
    left_out = set() if everything else {Verdict.NEVER_SENT, Verdict.NOT_SEEN_YET, Verdict.REST_ONLY}
    print_text(of_vin, style="bold")
    print_table(
        ("descriptor", "ticked", "last streamed", "usually every", "verdict", "why"),
        [
            (
                row.descriptor,
                row.ticked,
                _ago(row.last_streamed_at, now_ms),
                "-" if row.usual_gap_s is None else age(row.usual_gap_s),
                row.verdict,
                row.why,
            )
            for row in page.items
            if row.verdict not in left_out
        ],
    )
    counts = Counter(row.verdict for row in page.items)
    say(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))


def _ago(at: str | None, now_ms: int) -> str:
    return "-" if at is None else f"{age(now_ms / 1000 - datetime.fromisoformat(at).timestamp())} ago"


async def _load(options: Options, reads: "Reads", text: str | None) -> "tuple[Vin, Page[CoverageAnswer], int]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = await find_vin(options, reads, text)
    return vin, await reads.read(public.coverage(vin)), await reads.now_ms()
