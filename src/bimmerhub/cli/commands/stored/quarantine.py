"""`bimmerhub quarantine`: what was refused, and taking readings back that are true after all."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import (
    local_time,
    print_json,
    print_table,
    say,
    show_value,
    with_hint,
    with_local_times,
)
from bimmerhub.cli.running import run
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import mask_vin

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.stored.quarantine import QuarantinePage, RefusedAnswer, ReleasesAnswer


FAILED_EXIT = 1


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    quarantine = typer.Typer(no_args_is_help=True, help="What was not understood or not believed.")
    quarantine.command(name="list")(list_refused)
    quarantine.command(name="release")(release)
    app.add_typer(quarantine, name="quarantine")


def list_refused(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it: only this car's.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most, the newest.")] = 100,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,  # noqa: FBT002 - typer
    rejected: Annotated[bool, typer.Option("--rejected", help="Also what you rejected.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List what was refused and why, newest first; what has a value can be released."""
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.stored.odometers import say_apart

    most = sys.maxsize if everything else limit
    page = read(context.obj, lambda reads: _load(context.obj, reads, vin, limit=most, rejected=rejected))
    if json:
        print_json(page)
        return
    print_table(
        ("id", "car", "received at (local time)", "measured at", "origin", "descriptor", "value", "reason"),
        [_cells(refused) for refused in page.items],
        numbers=("id", "value"),
        empty="Nothing is in quarantine.",
    )
    if not page.is_complete:
        say(f"These are the newest {len(page.items):,}; --limit N shows more, --all shows all.")
    if page.rejections and not rejected:
        judgements = "1 judgement" if page.rejections == 1 else f"{page.rejections:,} judgements"
        say(f"What you rejected is left out ({judgements}: bimmerhub readings judgements VIN); --rejected shows it.")
    for odometer in page.odometers:
        wrong, hint = say_apart(odometer)
        say(f"{wrong[0].upper()}{wrong[1:]}. {hint}")


async def _load(options: Options, reads: "Reads", text: str | None, *, limit: int, rejected: bool) -> "QuarantinePage":
    """Return the newest `limit` items of as many pages as it takes, as one page; of the car that `text` names."""
    import msgspec

    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.stored.quarantine import MOST_REFUSED

    vin = None if text is None else await find_vin(options, reads, text)
    items: list[RefusedAnswer] = []
    after: str | None = None
    while True:
        page = await reads.read(
            public.quarantine(limit=min(limit - len(items), MOST_REFUSED), after=after, rejected=rejected, vin=vin)
        )
        items += page.items
        after = page.next
        if after is None or len(items) >= limit:
            return msgspec.structs.replace(page, items=items)


def _cells(refused: "RefusedAnswer") -> tuple[str, ...]:
    return (
        str(refused.id),
        "-" if refused.vin is None else mask_vin(refused.vin),
        local_time(refused.received_at),
        local_time(refused.measured_at),
        refused.origin,
        refused.descriptor or "-",
        "-" if refused.reading is None else show_value(refused.reading.value, refused.reading.unit),
        with_local_times(refused.reason),
    )


def release(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID...", min=1, help="Ids that `quarantine list` shows.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Store readings that were not believed; an odometer is judged by them from then on.

    Each id gets its answer; the exit code is 1 when one of them was not released.
    """
    releases = run(_release(context.obj, ids, dry_run=dry_run))
    if json:
        print_json(releases)
    else:
        _print_releases(releases)
    if releases.failed:
        _name_demo(context.obj)
        raise typer.Exit(FAILED_EXIT)


def _name_demo(options: Options) -> None:
    from bimmerhub.cli.reads.hub_or_store import find_demo

    demo = find_demo(options)
    if demo is not None:
        say(f"A demo runs: to mean it, add --data-dir {demo}")


def _print_releases(releases: "ReleasesAnswer") -> None:
    from msgspec import UNSET

    for answer in releases.items:
        reading = answer.reading
        what = f"{answer.id}: {reading.descriptor} {show_value(reading.value, reading.unit)}"
        if answer.trial is UNSET:
            say(f"Released {what}")
            continue
        say(f"Would release {what}")
        others = [("set apart", item) for item in answer.trial.set_apart]
        others += [("returned", item) for item in answer.trial.returned]
        rows = [(act, local_time(item.measured_at), show_value(item.value, item.unit)) for act, item in others]
        if rows:
            print_table(("", "measured at (local time)", "value"), rows, numbers=("value",))
        say(f"Besides: {answer.trial.set_apart_count:,} set apart, {answer.trial.returned_count:,} returned.")
    for failure in releases.failed:
        say(f"Not released {failure.id}: {with_hint(failure.error.message, failure.error.hint)}")


async def _release(options: Options, ids: list[int], *, dry_run: bool) -> "ReleasesAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data
    from bimmerhub.views.problems import to_problem
    from bimmerhub.views.stored.quarantine import FailedRelease, ReleasedAnswer, ReleasesAnswer

    query = {"dry_run": "true"} if dry_run else {}
    released: list[ReleasedAnswer] = []
    failed: list[FailedRelease] = []
    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False) as client:
        for number in dict.fromkeys(ids):
            request = Request(method="POST", path=f"quarantine/{number}/release", query=query)
            try:
                released.append(await client.send(request, ReleasedAnswer))
            except BimmerhubError as error:
                failed.append(FailedRelease(id=number, error=to_problem(error).error))
    return ReleasesAnswer(items=released, next=None, failed=failed)
