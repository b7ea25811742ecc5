"""`bimmerhub report`: what a bug report needs, in a file that a person can look through before sending it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import ask, print_exactly, print_folded, print_table, print_text, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    import msgspec

    from bimmerhub.cli.context import Options
    from bimmerhub.cli.reporting.wire import WireReport
    from bimmerhub.views.support_bundle import BundleAnswer

STANDARD_OUTPUT: Final = "-"
USUAL_FILE: Final = "bimmerhub-report.json"
USUAL_CAPTURE: Final = "bimmerhub-car.ndjson"
USUAL_WIRE: Final = "bimmerhub-wire.json"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(
            help=f"File to write; without it {USUAL_FILE}, {USUAL_CAPTURE} or {USUAL_WIRE}. - is standard output.",
            show_default=False,
        ),
    ] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            metavar="CAR", help="Instead, write what this car sends, made anonymous, as a capture.", show_default=False
        ),
    ] = None,
    wire: Annotated[  # noqa: FBT002 - typer
        bool,
        typer.Option("--wire", help="Instead, record the forms of BMW's answers, and how the emulator's differ."),
    ] = False,
    car: Annotated[
        str | None, typer.Option(metavar="CAR", help="With --wire, the car that is asked about.", show_default=False)
    ] = None,
    listen: Annotated[
        float, typer.Option(min=0, max=300, help="With --wire, listen to the stream for so many seconds.")
    ] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="With --wire, do not ask first.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, write no file.")] = False,  # noqa: FBT002 - typer
    days: Annotated[float, typer.Option(min=0.01, max=3660, help="With --fingerprint, the newest so many days.")] = 7,
) -> None:
    """Write what a bug report needs to a file that you can read: versions, settings, findings, coverage.

    It is one JSON text, so that you can look through it before you send it. It holds no VIN, name, token, value or
    place: of texts only this program's own words, of addresses only whether they are BMW's. It works without a hub,
    with one that hangs, with a damaged database and signed out.

    --fingerprint CAR writes which descriptors a car sends, in which words, units, order and rhythm: a capture that
    the emulator replays (emulator --capture FILE). VIN, places, times, the odometer and every unknown text are others.

    --wire asks BMW for everything that changes nothing, once, and writes the forms of its answers: status, headers,
    members, kinds and closed words, codes of the stream, and how the emulator's answers differ. It says what it costs
    and asks first.
    """
    if json:
        out = Path(STANDARD_OUTPUT)
    if wire:
        _report_wire(context.obj, car, check_out(out or Path(USUAL_WIRE)), listen=listen, is_asked=not yes)
        return
    if fingerprint is not None:
        _report_car(context.obj, fingerprint, check_out(out or Path(USUAL_CAPTURE)), days=days)
        return
    from bimmerhub.cli.reporting.support import make_bundle

    path = check_out(out or Path(USUAL_FILE))
    say("Looking at everything; this takes up to a minute ...")
    bundle = run(make_bundle(context.obj))
    write_report(path, bundle)
    if str(path) != STANDARD_OUTPUT:
        _print_contents(path, bundle)


def check_out(path: Path) -> Path:
    """Return where a report goes; ConfigError where something is there already, or no folder is."""
    if str(path) != STANDARD_OUTPUT:
        if path.exists():
            raise ConfigError(f"{path} is there already", hint="Name another file: --out FILE")
        if not path.parent.is_dir():
            raise WrongUsage(f"there is no folder {path.parent} to write into")
    return path


def write_report(path: Path, answer: "msgspec.Struct") -> None:
    """Write a report as JSON with line breaks; errors as `write_bytes`."""
    import msgspec

    write_bytes(path, msgspec.json.format(msgspec.json.encode(answer), indent=1) + b"\n")


def write_bytes(path: Path, text: bytes) -> None:
    """Write a report; ConfigError when that is impossible."""
    if str(path) == STANDARD_OUTPUT:
        print_exactly(text)
        return
    try:
        path.write_bytes(text)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint="Name another file: --out FILE") from error


def _report_car(options: "Options", car: str, path: Path, *, days: float) -> None:
    """Write the fingerprint of a car, and print what is in it and what is not."""
    from bimmerhub.cli.reporting.car_fingerprint import load_fingerprint

    fingerprint = run(load_fingerprint(options, car, days=days))
    write_bytes(path, b"".join(fingerprint.lines))
    if str(path) == STANDARD_OUTPUT:
        return
    print_text(f"{path}: {path.stat().st_size:,} bytes. In it are")
    for line in (
        f"{fingerprint.messages:,} messages of {fingerprint.hours:g} h, as a car {fingerprint.vin} that is made up",
        f"{fingerprint.by_rest:,} values that only REST told",
        f"{fingerprint.descriptors} descriptors, with their units, words, order and gaps",
    ):
        print_folded(f"- {line}", indent=2)
    print_text("Not in it are")
    for line in (
        "the VIN and the account's id; the dates: it begins in 2020",
        "true positions, altitudes and headings, which are drawn anew; the odometer, which begins elsewhere",
        f"texts that are no words of BMW's lists: {fingerprint.hidden_texts:,} became their length, as text(12)",
        f"{fingerprint.unreadable:,} messages that are no JSON",
    ):
        print_folded(f"- {line}", indent=2)
    say("Look through it before you send it.")


def _report_wire(options: "Options", car: str | None, path: Path, *, listen: float, is_asked: bool) -> None:
    """Record how BMW answers, once a person agrees to the price, and print where the emulator differs."""
    from bimmerhub.cli.reporting.wire import plan_wire, record_wire

    plan = plan_wire(options, car)
    price = f"up to {plan.questions} questions to BMW"
    if plan.calls_left is not None:
        price = f"up to {plan.questions} of the {plan.calls_left} REST calls that are left today"
    say(f"Recording how BMW answers the account {plan.account} costs {price}. Nothing is changed, no value is kept.")
    if is_asked:
        if not sys.stdin.isatty():
            raise WrongUsage("report --wire asks a question, and nobody is there to answer", hint="Add --yes")
        if not ask("Go on?"):
            raise WrongUsage("nothing was asked")
    recorded = run(record_wire(options, plan, stream_s=listen))
    write_report(path, recorded)
    if str(path) != STANDARD_OUTPUT:
        _print_wire(path, recorded)


def _print_wire(path: Path, recorded: "WireReport") -> None:
    """Print each answer in a row, what was not asked, and the differences."""
    rows = [
        (row.asked, str(row.status or "none"), row.code or "", f"{row.took_ms:,}", f"{row.body_bytes:,}")
        for row in recorded.bmw.exchanges
    ]
    print_table(("asked", "status", "code", "ms", "bytes"), rows, numbers=["ms", "bytes"])
    stream = recorded.bmw.stream
    if stream is not None:
        codes = f"CONNACK {stream.connack_code}, SUBACK {stream.suback_code}, {stream.messages} messages"
        print_folded(f"stream: {stream.not_asked or stream.ended or codes}", indent=8)
    for line in recorded.bmw.not_asked:
        print_folded(f"not asked: {line}", indent=11)
    print_text("")
    print_text(f"Differences from the emulator: {len(recorded.differences)}")
    for line in recorded.differences:
        print_folded(f"- {line}", indent=2)
    print_text("")
    print_text(f"{path}: {path.stat().st_size:,} bytes. Not in it are")
    for line in recorded.bmw.left_out:
        print_folded(f"- {line}", indent=2)
    say("Look through it before you send it.")


def _print_contents(path: Path, bundle: "BundleAnswer") -> None:
    """Print what is in a bundle and what is not."""
    print_text(f"{path}: {path.stat().st_size:,} bytes. In it are")
    stored = "not readable" if bundle.store.trouble is not None else f"{bundle.store.readings or 0:,} readings"
    checks = [*bundle.checks, *(check for account in bundle.accounts for check in account.checks)]
    for line in (
        f"versions of {len(bundle.versions)} parts, and {len(bundle.settings)} settings",
        f"the hub: {bundle.hub}; the database: {stored}, counted",
        f"accounts: {len(bundle.accounts)}, with links, cuts, REST calls; findings of the doctor: {len(checks)}",
        f"cars: {len(bundle.cars)}, with which descriptors come, and how often",
        f"refused rows by reason: {sum(row.count for row in bundle.refused):,}; lines of the log: {len(bundle.log)}",
        f"parts that could not be made: {len(bundle.troubles)}",
    ):
        print_folded(f"- {line}", indent=2)
    print_text("Not in it are")
    for line in bundle.left_out:
        print_folded(f"- {line}", indent=2)
    say("Look through it before you send it.")
