"""`bimmerhub coverage [VIN]`: which descriptors arrive, and why the others do not."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import age, print_folded, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.coverage import CoverageAnswer, ModelCoverageAnswer
    from bimmerhub.views.cars.vehicles import CarPage
    from bimmerhub.views.fields import Page

_FIRST = ("stream down", "stopped", "not ticked", "arriving", "quiet")
"""The verdicts that come first: what a person can do something about, then what arrives."""


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

    Descriptors of one verdict stand together. It is arriving, quiet, stopped, not ticked, never sent, not applicable,
    not seen yet, REST only or stream down; only time in which the stream was connected counts. "Every" is the usual
    time between two values, "comes" when values come, as observed: trip_high (within a minute of each other while
    driving), trip, trip_start_end, trip_end, or charging.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    if export:
        print_json(read(context.obj, lambda reads: _load_export(context.obj, reads, vin)))
        return
    of_vin, page, now_ms = read(context.obj, lambda reads: _load(context.obj, reads, vin))
    if json:
        print_json(page)
        return
    print_text(of_vin, style="bold")
    if page.notice is not None:
        print_folded(page.notice, style="yellow")
    shown = [row for row in page.items if everything or _has_come(row)]
    if not shown:
        say("Nothing of this vehicle came by the stream yet; --all shows what could come.")
    for (verdict, ticked, why), rows in _in_groups(shown):
        is_asked = ticked == "cannot" and verdict != "REST only"  # of an older family, which has nothing to tick
        selected = "" if is_asked else f" (ticked: {ticked})"
        print_text("")
        print_folded(f"{len(rows)} {verdict}{selected}: {why}", style="bold")
        _print_group(rows, now_ms)
    if shown:
        say("")
    counts = Counter(row.verdict for row in page.items)
    say(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))


def _has_come(row: "CoverageAnswer") -> bool:
    """Tell whether the car streamed the descriptor so far, as far as that can be told."""
    return row.verdict in _FIRST and (row.verdict != "stream down" or row.ticked != "unknown")


def _in_groups(rows: "Sequence[CoverageAnswer]") -> "list[tuple[tuple[str, str, str], list[CoverageAnswer]]]":
    """Return the rows that say the same together, what somebody can do something about first."""
    groups: dict[tuple[str, str, str], list[CoverageAnswer]] = {}
    for row in rows:
        groups.setdefault((row.verdict, row.ticked, _why(row)), []).append(row)
    return sorted(groups.items(), key=lambda item: (_rank(item[0][0]), -len(item[1])))


def _rank(verdict: str) -> int:
    return _FIRST.index(verdict) if verdict in _FIRST else len(_FIRST)


def _print_group(rows: "Sequence[CoverageAnswer]", now_ms: int) -> None:
    """Print the times and keys of a group; where nothing ever came, the keys only."""
    if all(row.last_streamed_at is None for row in rows):
        for row in rows:
            print_text(row.descriptor)
        return
    print_table(
        ("streamed", "every", "comes", "descriptor"),
        [
            (
                _ago(row.last_streamed_at, now_ms),
                "-" if row.usual_gap_s is None else age(row.usual_gap_s),
                row.cadence or "-",
                row.descriptor,
            )
            for row in rows
        ],
    )


def _why(row: "CoverageAnswer") -> str:
    rejected = f"{row.rejected:,} rejected by a person" if row.rejected else None
    return "; ".join(part for part in (row.why, rejected, row.known) if part)


def _ago(at: str | None, now_ms: int) -> str:
    return "-" if at is None else f"{age(now_ms / 1000 - datetime.fromisoformat(at).timestamp())} ago"


async def _load(options: Options, reads: "Reads", text: str | None) -> "tuple[Vin, CarPage[CoverageAnswer], int]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = await find_vin(options, reads, text)
    return vin, await reads.read(public.coverage(vin)), await reads.now_ms()


async def _load_export(options: Options, reads: "Reads", text: str | None) -> "Page[ModelCoverageAnswer]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    vin = None if text is None else await find_vin(options, reads, text)
    return await reads.read(public.model_coverage(vin))
