"""`bimmerhub emulator`: BMW's cloud on this machine, with simulated cars."""

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.servers.emulator_archive import archive, parse_day_ms
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import flush_results, print_json_text, print_table, say, say_lines
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.emulator.cars import MODELS, Garage
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.emulator.faults.switches import FaultSwitch
    from bimmerhub.emulator.host.regions import UserRegion
    from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, ProviderClient

_HTTP_PORT = 8090

_Models = Annotated[str, typer.Option(help=f"Which cars, with commas: {', '.join(MODELS)}.")]
_USUAL_MODELS = "bev,phev,ice"
CAPTURE_ENDINGS = (".ndjson", ".ndjson.gz", ".ndjson.zst")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    emulator = typer.Typer(
        invoke_without_command=True,
        help="BMW's cloud on this machine, with simulated cars; for developing and tests.",
    )
    emulator.callback()(serve)
    emulator.command()(capture)
    emulator.command()(archive)
    emulator.command()(faults)
    app.add_typer(emulator, name="emulator")


def serve(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help=f"HTTP port; 0 takes a free one. {_HTTP_PORT}, or 443 with --as-bmw.",
            show_default=False,
        ),
    ] = None,
    mqtt_port: Annotated[int, typer.Option(min=0, max=65535, help="MQTT port; 0 takes a free one.")] = 9000,
    seed: Annotated[int, typer.Option(help="Decides everything about the cars.")] = 1,
    speed: Annotated[float, typer.Option(min=0, help="How fast its clock runs; 0 stands still.")] = 1.0,
    https: Annotated[bool, typer.Option("--https", help="Serve HTTP over TLS.")] = False,  # noqa: FBT002 - typer
    as_bmw: Annotated[bool, typer.Option("--as-bmw", help="Answer under BMW's own host names, over TLS.")] = False,  # noqa: FBT002 - typer
    demo: Annotated[bool, typer.Option("--demo", help="Make one car drive and one charge.")] = False,  # noqa: FBT002 - typer
    lenient: Annotated[bool, typer.Option("--lenient", help="Be kinder about timing, for test suites.")] = False,  # noqa: FBT002 - typer
    models: _Models = _USUAL_MODELS,
    accounts: Annotated[
        Path | None,
        typer.Option(help="TOML file of owners, their clients and cars, instead of --models.", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            help="Where the older families know the owner: row, na or cn; everywhere if left out.", show_default=False
        ),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="Fault to switch on, NAME or NAME=VALUE; may be given again. See `faults`.")
    ] = None,
    fault_table: Annotated[
        Path | None, typer.Option(help="Time table of faults, TOML or NDJSON.", show_default=False)
    ] = None,
    recorded: Annotated[
        list[Path] | None,
        typer.Option(
            "--capture",
            help="Capture of one car (report --fingerprint), which a car repeats; may be given again.",
            show_default=False,
        ),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Capture file to write what is sent to subscribers.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object when ready.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Run the emulator until Ctrl-C, and print what a client needs once it is ready."""
    if context.invoked_subcommand is not None:
        return
    from bimmerhub.emulator.host.as_bmw import HTTPS_PORT
    from bimmerhub.emulator.settings import (
        EmulatorSettings,
        HostSettings,
        LifeSettings,
        StreamSettings,
    )

    options: Options = context.obj
    host = HostSettings(
        http_port=(HTTPS_PORT if as_bmw else _HTTP_PORT) if http_port is None else http_port,
        mqtt_port=mqtt_port,
        https=https,
        as_bmw=as_bmw,
        china_port=_find_china_port() if as_bmw and http_port is None else None,
        data_dir=options.settings().data_dir / "emulator",
        speed=speed,
    )
    owners, providers = _read_owners(accounts, models, region=region)
    settings = EmulatorSettings(
        host=host,
        lives=LifeSettings(seed=seed, is_demo=demo, captures=tuple(recorded or ())),
        accounts=owners,
        providers=providers,
        stream=StreamSettings(delivered_file=record),
        faults=tuple(_parse_fault(option) for option in fault or ()),
        fault_table=fault_table,
        is_lenient=lenient,
    )
    _check_ports(http_port or 0, mqtt_port)
    run_until_stopped(lambda: _run(settings, json=json))


def _check_ports(http_port: int, mqtt_port: int) -> None:
    """Refuse a port that is taken, by the name that it has on the line: ConfigError."""
    from bimmerhub.emulator.host.listener import bind
    from bimmerhub.emulator.settings import HostSettings

    for port, setting in ((http_port, "--http-port"), (mqtt_port, "--mqtt-port")):
        if port:
            bind(HostSettings().address, port, setting=setting).close()


def _find_china_port() -> int | None:
    """Return the port of BMW's Chinese host; None, and say so, when another program has it."""
    from bimmerhub.emulator.host.as_bmw import CHINA_PORT
    from bimmerhub.emulator.host.listener import bind
    from bimmerhub.emulator.settings import HostSettings

    try:
        bind(HostSettings().address, CHINA_PORT, setting="china_port").close()
    except ConfigError as error:
        say(f"{error}: b2vapi.bmwgroup.cn, which answers there, is left out")
        return None
    return CHINA_PORT


async def _run(settings: "EmulatorSettings", *, json: bool) -> None:
    """Run the emulator for ever; print what a client needs, on one line of JSON or in words."""
    import asyncio

    from bimmerhub.cli.commands.servers.emulator_words import describe_emulator
    from bimmerhub.emulator.app import Emulator

    async with Emulator(settings) as emulator:
        if json:
            print_json_text(jsonlib.dumps(emulator.info.to_json()))
            flush_results()
        else:
            say_lines(describe_emulator(emulator).splitlines())
        await asyncio.Event().wait()


def faults(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List every misbehaviour of BMW's cloud that can be switched on."""
    from bimmerhub.emulator.fault_table import FAULTS

    if json:
        table = {"items": [fault.to_json() for fault in FAULTS.values()], "next": None}
        print_json_text(jsonlib.dumps(table, indent=2, ensure_ascii=False))
        return
    print_table(
        ["area", "name", "value", "what happens", "seen"],
        [
            (fault.area, fault.name, "" if fault.value is None else f"{fault.value:g}", fault.summary, fault.seen)
            for fault in FAULTS.values()
        ],
        numbers=["value"],
    )


def capture(  # noqa: PLR0917 - typer fills these by name
    out: Annotated[Path, typer.Option(help="Capture file to write: .ndjson, .ndjson.gz or .ndjson.zst.")],
    days: Annotated[float, typer.Option(min=0.01, max=3660, help="How many days of the cars' lives.")] = 30,
    seed: Annotated[int, typer.Option(help="Decides everything about the cars.")] = 1,
    start: Annotated[str, typer.Option(help="First day, UTC (YYYY-MM-DD).")] = "2026-01-01",
    truth: Annotated[
        Path | None, typer.Option(help="Also write what really happened, as JSON.", show_default=False)
    ] = None,
    models: _Models = _USUAL_MODELS,
    report_every: Annotated[
        float | None,
        typer.Option(min=1, help="Seconds between reports on the road; as the models do.", show_default=False),
    ] = None,
) -> None:
    """Write what simulated cars send in some days to a capture file, without any network."""
    from bimmerhub.emulator.captures import write_capture

    if not out.name.endswith(CAPTURE_ENDINGS):
        raise WrongUsage(f"--out: {out} is no name of a capture file", hint=f"It ends in {', '.join(CAPTURE_ENDINGS)}.")
    try:
        garage = Garage(
            seed=seed, start_ms=parse_day_ms(start), models=_parse_models(models), report_every_s=report_every
        )
    except ValueError as error:
        raise ConfigError(str(error), hint="Name other cars, like --models bev,ix3.") from error
    try:
        written = write_capture(garage, days=days, out=out, truth=truth)
    except OSError as error:
        raise ConfigError(
            f"cannot write {error.filename or out}: {error.strerror}", hint="Name another file"
        ) from error
    say(f"{out}: {written.messages:,} messages of {len(garage.cars)} cars in {days:g} {'day' if days == 1 else 'days'}")


def _read_owners(
    accounts: Path | None, models: str, *, region: str | None
) -> "tuple[tuple[EmulatedAccount, ...], tuple[ProviderClient, ...]]":
    """Return the owners and service providers of a file; without one, a single owner of `models`."""
    from bimmerhub.emulator.owners.accounts_file import load_accounts
    from bimmerhub.emulator.settings import EmulatedAccount

    if accounts is None:
        return (EmulatedAccount(models=_parse_models(models), region=_parse_region(region)),), ()
    if region is not None:
        raise WrongUsage("--region does not go with --accounts", hint="The file says the region of each owner.")
    if models != _USUAL_MODELS:
        raise WrongUsage("--models does not go with --accounts", hint="The file says which cars there are.")
    return load_accounts(accounts)


def _parse_models(names: str) -> tuple[str, ...]:
    """Return the models that a list with commas names; WrongUsage for one that there is not, or that comes twice."""
    models = tuple(name.strip() for name in names.split(","))
    if wrong := [model for model in models if model not in MODELS or models.count(model) > 1]:
        raise WrongUsage(
            f"--models: {wrong[0]!r} is no model, or comes twice", hint=f"Name each once, out of {', '.join(MODELS)}."
        )
    return models


def _parse_region(name: str | None) -> "UserRegion | None":
    """Return the region of a name; WrongUsage for one that there is not."""
    from bimmerhub.emulator.host.regions import UserRegion

    try:
        return None if name is None else UserRegion(name)
    except ValueError as error:
        raise WrongUsage(f"--region: there is no region {name!r}", hint=f"Name {', '.join(UserRegion)}.") from error


def _parse_fault(option: str) -> "FaultSwitch":
    """Return the switch that an option means, and say what strength it has if it does not; WrongUsage for no fault."""
    from bimmerhub.emulator.fault_table import FAULTS
    from bimmerhub.emulator.faults.timetable import parse_fault_option

    try:
        switch = parse_fault_option(option, FAULTS)
    except ConfigError as error:
        raise WrongUsage(f"--fault: {error}", hint=error.hint) from error
    fault = FAULTS[switch.name]
    if switch.value is None and fault.value is not None:
        say(f"--fault {fault.name} has no value, so it is {fault.value:g}: {fault.summary}. {fault.name}=N sets it.")
    return switch
