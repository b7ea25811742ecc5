"""A charge log at a server that takes requests and answers none: the real time limits, on a loop in a hurry."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.charge_watch.wire import Wire
from tests.cli.conftest import emulated, in_background
from tests.emulated import emulator_settings
from tests.hasty_loop import HastyClock, run_hastily

from bimmerhub.bmw.http import open_session
from bimmerhub.cli.charge_watch.asked_cars import AskedCars
from bimmerhub.cli.charge_watch.glimpse import Glimpse
from bimmerhub.cli.charge_watch.old_account import open_account
from bimmerhub.cli.charge_watch.old_variables import DOCUMENTED

HASTE = 40.0
"""So that an answer that comes is in time on a busy machine too."""
VIN = "WBY00000000E00001"
NOW_MS = 1_785_155_878_000


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(20 * HASTE):
        while not is_so():  # noqa: ASYNC110 - whatever is waited for is of another task
            await asyncio.sleep(0.01 * HASTE)


@pytest.mark.parametrize("hangs_from_the_start", [True, False])
def test_server_that_does_not_answer_is_asked_until_it_does(
    keys_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, hangs_from_the_start: bool
) -> None:
    seen: list[Glimpse] = []

    def complaints() -> list[str]:
        records = [record for record in caplog.records if record.name.startswith("bimmerhub")]
        return [record.message for record in records if record.levelno >= logging.WARNING]

    async def watch(wire: Wire, port: int) -> None:
        async with wire.to(port), open_session() as session:
            url = f"http://127.0.0.1:{wire.port}"
            account = open_account(
                {
                    **DOCUMENTED,
                    "USERNAME": "anna@example.com",
                    "PASSWORD": "emulator",
                    "AUTH_CLIENT_ID": "any",
                    "CONNECTED_DRIVE_BASE_URL": f"{url}/api/",
                    "AUTH_BASE_URL": f"{url}/gcdm/oauth/authenticate",
                },
                tokens=tmp_path / "tokens.json",
                sends_password=True,
                ca_file=None,
                session=session,
                clock=HastyClock(NOW_MS),
            )
            if hangs_from_the_start:
                wire.hang()
            async with account as portal, asyncio.TaskGroup() as tasks:
                cars = AskedCars(portal, [VIN], every_s=60.0, clock=HastyClock(NOW_MS))
                task = tasks.create_task(cars.follow(seen.append))
                await until(lambda: seen or wire.hangs)
                wire.hang()
                hanging = wire.hanging
                await until(lambda: wire.hanging >= hanging + 4)
                wire.answer()
                looks = len(seen)
                await until(lambda: len(seen) > looks)
                task.cancel()

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir)
    with in_background(lambda: emulated(settings)) as (emulator, _):
        run_hastily(watch(Wire(), int(emulator.info.base_url.rpartition(":")[2])), factor=HASTE)
    assert len(complaints()) == 2
    assert "no answer from 127.0.0.1" in complaints()[0]
    assert complaints()[1].endswith("BMW answers again")
