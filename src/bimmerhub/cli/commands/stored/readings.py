"""`bimmerhub readings`: a person's judgement of what is stored, and taking it back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bimmerhub.cli.arguments.time_words import parse_moment
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value
from bimmerhub.cli.running import run
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.fields import Page
    from bimmerhub.views.stored.judgements import JudgedAnswer, JudgementAnswer
    from bimmerhub.views.stored.quarantine import QuarantinedReading

VinArgument = Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it.")]
WhatArgument = Annotated[str, typer.Argument(metavar="DESCRIPTOR|SIGNAL", help="For example soc_percent.")]
AtArgument = Annotated[str, typer.Argument(metavar="AT", help="When it was measured, as `history` prints it.")]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="All from AT to this time, both included.", show_default=False)
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which readings the line names, and what to do with them."""

    act: Literal["reject", "restore"]
    vin: str
    what: str
    at: str
    until: str | None
    dry_run: bool


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    readings = typer.Typer(no_args_is_help=True, help="Reject stored readings that are not true, and take it back.")
    readings.command(name="reject")(reject)
    readings.command(name="restore")(restore)
    readings.command(name="judgements")(judgements)
    app.add_typer(readings, name="readings")


def reject(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument,
    what: WhatArgument,
    at: AtArgument,
    until: UntilOption = None,
    dry_run: DryRunOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Set readings apart that are not true; nothing is derived from them any more.

    What comes later for that time (a repeat, an import) is set apart too. An odometer, a position or a charge level is
    judged by what is left.
    `readings restore` with the same words takes it back.
    """
    wanted = _Wanted(act="reject", vin=vin, what=what, at=at, until=until, dry_run=dry_run)
    _print(run(_judge(context.obj, wanted)), json=json)


def restore(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument,
    what: WhatArgument,
    at: AtArgument,
    until: UntilOption = None,
    dry_run: DryRunOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Take back what was rejected or released at that time.

    Each judgement that touches the time is taken back as a whole: rejected readings return, released ones are set apart
    again, unless another judgement says otherwise. `readings judgements` lists them.
    """
    wanted = _Wanted(act="restore", vin=vin, what=what, at=at, until=until, dry_run=dry_run)
    _print(run(_judge(context.obj, wanted)), json=json)


def judgements(
    context: typer.Context,
    vin: VinArgument,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List which readings were rejected or released, by whom and when, and what was taken back."""
    from bimmerhub.cli.reads.hub_or_store import read

    options: Options = context.obj
    page = read(options, lambda reads: _load(options, reads, vin))
    if json:
        print_json(page)
        return
    columns = ("judgement", "descriptor", "value", "from (local time)", "until", "by", "at", "taken back at")
    rows = [_cells(judgement) for judgement in page.items]
    print_table(columns, rows, numbers=("value",), empty="Nothing was rejected or released.")


async def _load(options: Options, reads: "Reads", text: str) -> "Page[JudgementAnswer]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    return await reads.read(public.judgements(await find_vin(options, reads, text)))


async def _judge(options: Options, wanted: _Wanted) -> "JudgedAnswer":
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data
    from bimmerhub.cli.reads.quantities import parse_quantity
    from bimmerhub.domain.signals.signal import Signal
    from bimmerhub.views.stored.judgements import JudgedAnswer

    quantity = parse_quantity(wanted.what)
    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False) as client:
        reads = HubReads(client, settings)
        with naming_demo(options):
            vin = await find_vin(options, reads, wanted.vin)
        now_ms = await reads.now_ms()
        body: dict[str, object] = {
            "signal" if isinstance(quantity, Signal) else "descriptor": wanted.what,
            "at": format_time(parse_moment(wanted.at, now=now_ms)),
            "dry_run": wanted.dry_run,
        }
        if wanted.until is not None:
            body["until"] = format_time(parse_moment(wanted.until, now=now_ms))
        request = Request(method="POST", path=f"vehicles/{vin}/readings/{wanted.act}", body=body)
        return await client.send(request, JudgedAnswer)


def _cells(judgement: "JudgementAnswer") -> tuple[str, ...]:
    is_rejected = judgement.judgement == "rejected"
    return (
        judgement.judgement,
        judgement.descriptor,
        "all" if is_rejected and judgement.value is None else show_value(judgement.value, None),
        local_time(judgement.from_),
        local_time(judgement.until),
        judgement.made_by,
        local_time(judgement.made_at),
        local_time(judgement.undone_at),
    )


def _print(judged: "JudgedAnswer", *, json: bool) -> None:
    if json:
        print_json(judged)
        return
    rows = [("set apart", *_reading_cells(reading)) for reading in judged.set_apart]
    rows += [("returned", *_reading_cells(reading)) for reading in judged.returned]
    print_table(("", "measured at (local time)", "value", "descriptor"), rows, numbers=("value",))
    would = "Would be: " if judged.dry_run else ""
    noun = "reading" if judged.set_apart_count == 1 else "readings"
    say(f"{would}{judged.set_apart_count:,} {noun} set apart, {judged.returned_count:,} returned.")
    if judged.set_apart_count > len(judged.set_apart) or judged.returned_count > len(judged.returned):
        say("Of each the first 100 are shown.")


def _reading_cells(reading: "QuarantinedReading") -> tuple[str, ...]:
    return local_time(reading.measured_at), show_value(reading.value, reading.unit), reading.descriptor
