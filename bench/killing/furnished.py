"""Data directories for what is killed: a history, a sign-in and a password, whose secrets name the directory."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

from bench.killing.operation import NAME, START_MS, VIN, check_sound, expect, rows_of, started

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.safekeeping import sealed_file
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch

PASSPHRASE: Final = "correct horse battery"
OLD, NEW = 300, 200
"""Readings of the history that is there, and of the one that takes its place."""
READINGS: Final = "SELECT subject, descriptor, measured_at_ms, value FROM points JOIN series ON series_id = series.id"


def make_passphrases_cheap() -> None:
    setattr(sealed_file, "_Cost", partial(sealed_file._Cost, log2_n=10))  # noqa: B010, SLF001 - for this process only


def reading_of(number: int) -> Reading:
    at_ms = START_MS + 1_000 * number
    return Reading(
        vin=Vin(VIN),
        descriptor=Descriptor("vehicle.body.chargingPort.plugEventId"),
        value=number,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms + 900,
        received_at_ms=at_ms + 1_000,
        source=Source.STREAM,
    )


def furnish(folder: Path, readings: int) -> None:
    """Make a data directory with a sign-in, a password and so many readings; what is secret names the folder."""

    async def fill() -> None:
        async with started(folder) as store:
            await store.append(Batch(readings=[reading_of(number) for number in range(readings)]))
            account = await store.accounts.save_account(NewAccount(name="home", family=Family.CARDATA, client_id="c"))
            await store.accounts.save_tokens(account.id, b"sealed")
            await store.settings.save_setting("credentials", f"password of {folder.name}", is_secret=True)

    asyncio.run(fill())
    (folder / "secret.key").touch(mode=0o600)
    (folder / "secret.key").write_text(f"key of {folder.name}")


def load_signed_in(folder: Path) -> list[str]:
    return [name for (name,) in rows_of(folder / NAME, "SELECT name FROM accounts WHERE sealed_tokens IS NOT NULL")]


def expect_whole(folder: Path, name: str, readings: int) -> None:
    check_sound(folder / NAME)
    count = len(rows_of(folder / NAME, READINGS))
    expect(count == readings, f"{count} readings in place of {readings}")
    expect((folder / "secret.key").read_text() == f"key of {name}", "another key")
    expect(load_signed_in(folder) == ["home"], "not signed in")
