"""`bimmerhub status [VIN]`: what a vehicle said last."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import (
    age,
    flush_results,
    print_folded,
    print_json,
    print_lines,
    print_table,
    print_text,
    show_value,
)

if TYPE_CHECKING:
    from bimmerhub.cli.printing.status_text import StatusFacts
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.state import SignalAnswer, StateAnswer

UPDATE_REASONS: Final = ("iremote.updateReason", "connecteddrive.lastUpdateReason")
"""The descriptors by which older families tell why a car reported; CarData has none.

Of one moment the first tells more."""
REASON_MS: Final = 1_000


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    format_: Annotated[
        Literal["table", "text"], typer.Option("--format", help="text: a few lines, by --template.")
    ] = "table",
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="TEXT|@FILE",
            help="The text, with fields like {soc}, {plug}, {range_miles}; a wrong one lists them all.",
            show_default=False,
        ),
    ] = None,
    only_when_new: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--only-when-new", help="Print nothing when this was printed before and nothing is newer.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show a vehicle's signals: value, age and descriptor.

    With --format text a few lines for whatever sends messages. --only-when-new compares the car's newest value with
    that of the last time, which is noted after the text went out: a text that could not be written comes again.
    """
    from bimmerhub.cli.reads.hub_or_store import find_hub_or_store, read
    from bimmerhub.cli.status_notes import StatusNotes

    options: Options = context.obj
    state = read(options, lambda reads: _load(options, reads, vin))
    notes = StatusNotes(find_hub_or_store(options).settings.data_dir) if only_when_new else None
    if notes is not None and not notes.is_new(state):
        return
    if json:
        print_json(state)
    elif format_ == "text" or template is not None:
        _print_text(options, state, template)
    else:
        _print_table(state)
    if notes is not None:
        flush_results()  # fails where the text cannot be written, such as into a closed pipe: it is not noted then
        notes.note(state)


def _print_text(options: Options, state: "StateAnswer", template: str | None) -> None:
    """Print the state by a template."""
    from bimmerhub.cli.printing.status_text import write_text
    from bimmerhub.cli.reads.hub_or_store import read

    text = None if template is None else _read_template(template)
    facts = read(options, lambda reads: _load_facts(reads, state))
    print_lines(write_text(text, facts).split("\n"))


def _read_template(template: str) -> str:
    """Return the template, from its file where it names one; ConfigError when that cannot be read."""
    from bimmerhub.errors import ConfigError
    from bimmerhub.files import read_regular_file

    if not template.startswith("@"):
        return template
    try:
        return read_regular_file(Path(template[1:])).decode().rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"the template {template[1:]} cannot be read: {reason}") from error


def _print_table(state: "StateAnswer") -> None:
    print_text(state.vin, style="bold")
    if state.notice is not None:
        print_folded(state.notice, style="yellow")
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


async def _load_facts(reads: "Reads", state: "StateAnswer") -> "StatusFacts":
    """Return what the text is made of: the state, BMW's last trip, and why the car reported."""
    from bimmerhub.cli.printing.status_text import StatusFacts
    from bimmerhub.cli.reads import public_documents
    from bimmerhub.ids import Vin

    vin = Vin(state.vin)
    trips = (await reads.read(public_documents.bmw_trips(vin, limit=1))).items
    reason = await _load_reason(reads, vin)
    return StatusFacts(signals=state.signals, trip=trips[0] if trips else None, update_reason=reason)


async def _load_reason(reads: "Reads", vin: "Vin") -> str | None:
    """Return why the car reported last, in BMW's word; None where its families do not tell."""
    from bimmerhub.cli.reads import public
    from bimmerhub.ids import Descriptor
    from bimmerhub.times import parse_time

    stored = [row for row in (await reads.read(public.descriptors(vin))).items if row.descriptor in UPDATE_REASONS]
    if not stored:
        return None
    newest = max(stored, key=lambda row: (row.last_measured_at, -UPDATE_REASONS.index(row.descriptor)))
    at_ms = parse_time(newest.last_measured_at, name="last_measured_at")
    wanted = public.readings(vin, Descriptor(newest.descriptor), from_ms=at_ms, to_ms=at_ms + REASON_MS, limit=1)
    rows = (await reads.read(wanted)).items
    return str(rows[0].value) if rows else None
