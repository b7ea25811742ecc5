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
    from bimmerhub.views.cars.coverage import CoverageAnswer, ModelCoverageAnswer
    from bimmerhub.views.fields import Page


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(coverage)


def coverage(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    everything: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--all", help="Also what this car never sent and what cannot be streamed.")
    ] = False,
    export: Annotated[  # noqa: FBT002 - typer
        bool,
        typer.Option("--export", help="Print JSON of key, verdict and cadence by model, without VIN."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, always all of it.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show whether each descriptor is ticked, when the stream last brought it, how often, and a verdict.

    The verdict is arriving, quiet, stopped, not ticked, never sent, not applicable, not seen yet, REST only or stream
    down; only time in which the stream was connected counts. "Comes" is when values come, as observed: trip_high
    (within a minute of each other while driving), trip, trip_start_end, trip_end, or charging.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.domain.coverage.coverage_verdicts import Verdict

    if export:
        print_json(read(context.obj, lambda reads: _load_export(context.obj, reads, vin)))
        return
    of_vin, page, now_ms = read(context.obj, lambda reads: _load(context.obj, reads, vin))
    if json:
        print_json(page)
        return
    rest = {Verdict.NEVER_SENT, Verdict.NOT_APPLICABLE, Verdict.NOT_SEEN_YET, Verdict.REST_ONLY}
    left_out = set() if everything else rest
    print_text(of_vin, style="bold")
    print_table(
        ("descriptor", "ticked", "last streamed", "usually every", "comes", "verdict", "why"),
        [
            (
                row.descriptor,
                row.ticked,
                _ago(row.last_streamed_at, now_ms),
                "-" if row.usual_gap_s is None else age(row.usual_gap_s),
                row.cadence or "-",
                row.verdict,
                _why(row),
            )
            for row in page.items
            if row.verdict not in left_out
        ],
        empty="Nothing of this vehicle came yet; --all shows what could come.",
    )
    counts = Counter(row.verdict for row in page.items)
    say(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))


def _why(row: "CoverageAnswer") -> str:
    rejected = f"{row.rejected:,} rejected by a person" if row.rejected else None
    return "; ".join(part for part in (row.why, rejected, row.known) if part)


def _ago(at: str | None, now_ms: int) -> str:
    return "-" if at is None else f"{age(now_ms / 1000 - datetime.fromisoformat(at).timestamp())} ago"


async def _load(options: Options, reads: "Reads", text: str | None) -> "tuple[Vin, Page[CoverageAnswer], int]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = await find_vin(options, reads, text)
    return vin, await reads.read(public.coverage(vin)), await reads.now_ms()


async def _load_export(options: Options, reads: "Reads", text: str | None) -> "Page[ModelCoverageAnswer]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = None if text is None else await find_vin(options, reads, text)
    return await reads.read(public.model_coverage(vin))
