"""`bimmerhub emulator archive`: the portal's customer archive of a simulated car."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import say
from bimmerhub.emulator.cars import MODELS, Garage
from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS


def archive(  # noqa: PLR0917 - typer fills these by name
    out: Annotated[Path, typer.Option(help="ZIP file to write.")],
    model: Annotated[str, typer.Option(help=f"Which simulated car: {', '.join(MODELS)}.")] = "bev",
    days: Annotated[float, typer.Option(min=0.01, max=3660, help="How many days of the car's life.")] = 90,
    seed: Annotated[int, typer.Option(help="Decides everything about the car.")] = 1,
    start: Annotated[str, typer.Option(help="First day, UTC (YYYY-MM-DD).")] = "2026-01-01",
) -> None:
    """Write the archive that BMW's portal would give the owner of a simulated car, without any network."""
    from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
    from bimmerhub.emulator.customer_portal.archive import build_archive

    start_ms = parse_day_ms(start)
    try:
        garage = Garage(seed=seed, start_ms=start_ms, models=(model,))
    except ValueError as error:  # the words name the models there are
        raise WrongUsage(f"there is no such car: {error}", hint="Choose another --model") from error
    voice = CarDataVoice(garage)
    for _ in voice.advance(start_ms + int(days * DAY_MS)):
        pass
    content = build_archive(voice, garage.cars[0].vin, seed=seed)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror}", hint="Name another file") from error
    say(f"{out}: the archive of {garage.cars[0].vin}, {days:g} days, {len(content):,} bytes")


def parse_day_ms(text: str) -> int:
    """Return the beginning of a day (`2026-01-31`, UTC) in milliseconds since 1970; WrongUsage when it is none."""
    try:
        return int(datetime.combine(date.fromisoformat(text), time(), UTC).timestamp()) * 1000
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not a day", hint="Write it like 2026-01-31") from error
