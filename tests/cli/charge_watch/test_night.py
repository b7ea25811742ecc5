"""A night of `watch` at a family that is asked: refused tokens, faults, silence, a deaf receiver and three restarts."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.cli.charge_watch.wire import Wire
from tests.emulated import emulator_settings
from tests.outputs.conftest import Receiver

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.ids import Vin

VIN = Vin("WBY00000000E00001")
SPEED = 3_600.0
HANG_S = 20
END_WITHIN_S = 3.0
SATURDAY_MS = 1_785_585_600_000  # 2026-08-01T12:00:00Z: nobody drives to work on the morning after
SIGN_IN = "/gcdm/oauth/authenticate"


@dataclass
class Night:
    """The emulator on a fast clock, what went through its door, and the old program's folder."""

    emulator: Emulator
    wire: Wire
    receiver: Receiver
    folder: Path
    exchanges: Counter[tuple[str, int]] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def note(self, exchange: Exchange) -> None:
        self.exchanges[exchange.path, exchange.status] += 1

    @asynccontextmanager
    async def watching(self, stop: signal.Signals = signal.SIGINT) -> AsyncIterator[None]:
        """Run the command while the block runs, then stop it and expect it to end in time."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bimmerhub", "watch", "--every", "5m", "--step", "5"),
            *("--notify", self.receiver.url, "--data-dir", str(self.folder / "data")),
            cwd=self.folder,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(process.stdout))
                errors = tasks.create_task(process.stderr.read())
                yield
                process.send_signal(stop)
                async with asyncio.timeout(END_WITHIN_S):
                    assert await process.wait() == 0
            assert b"Traceback" not in errors.result(), errors.result().decode()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.lines.append(line.decode().rstrip())

    def _environment(self) -> dict[str, str]:
        folders = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "config")}
        follow = {"BIMMERHUB_CLOCK__FOLLOW": self.emulator.info.control_url}
        return {"PATH": os.environ["PATH"], "USERNAME": "the-system-s-own", **folders, **follow}

    async def suffer(self, fault: str, is_so: Callable[[], object]) -> None:
        self.emulator.faults.switch_on(FaultSwitch(name=fault))
        await until(is_so)
        self.emulator.faults.switch_off(fault)

    def steps(self) -> list[int]:
        return [step for notice in self.receiver.received for step in notice["steps_percent"]]

    def kinds(self) -> list[Any]:
        return [notice["kind"] for notice in self.receiver.received if notice["kind"] != "step"]

    def asked(self, status: int = 200) -> int:
        """Return how often the car was asked for, and answered so."""
        return sum(count for (path, answer), count in self.exchanges.items() if VIN in path and answer == status)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(HANG_S):
        while not is_so():  # noqa: ASYNC110 - whatever is waited for is of another process
            await asyncio.sleep(0.01)


@pytest.fixture
async def night(receiver: Receiver, tmp_path: Path) -> AsyncIterator[Night]:
    keys = tmp_path / "keys"
    exchanges: Counter[tuple[str, int]] = Counter()

    def note(exchange: Exchange) -> None:
        exchanges[exchange.path, exchange.status] += 1

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys, speed=0, now_ms=SATURDAY_MS)
    async with Emulator(settings, on_exchange=note) as emulator:
        wire = Wire()
        async with wire.to(int(emulator.info.base_url.rpartition(":")[2])):
            (tmp_path / ".env").write_text(
                "USERNAME=anna@example.com\nPASSWORD='emulator'\nAUTH_CLIENT_ID=any\n"
                f"VEHICLE_IDENTIFICATION_NUMBER={VIN}\n"
                f"CONNECTED_DRIVE_BASE_URL=http://127.0.0.1:{wire.port}/api/\n"
                f"AUTH_BASE_URL=http://127.0.0.1:{wire.port}{SIGN_IN}\n"
            )
            yield Night(emulator=emulator, wire=wire, receiver=receiver, folder=tmp_path, exchanges=exchanges)


@pytest.mark.slow
async def test_every_step_of_a_bad_night_is_told_once(night: Night) -> None:
    receiver, emulator = night.receiver, night.emulator
    emulator.clock.jump(by_ms=8 * 3_600_000)
    async with night.watching():
        await until(lambda: night.lines)
        emulator.garage.command(VIN, "charge", soc_percent=22, target_percent=100, power_kw=9)
        emulator.clock.set_speed(SPEED)
        await until(lambda: 25 in night.steps())
        receiver.statuses = [500, 503, 404]
        await night.suffer("older-tokens-refused", lambda: night.asked(401) >= 4)
        await night.suffer("older-503", lambda: night.asked(503) >= 4)
        asked = night.asked()
        await until(lambda: night.asked() > asked)
        emulator.clock.set_speed(1.0)  # while a process starts, so that a busy machine does not cost the night
    night.wire.is_cut = True
    async with night.watching(signal.SIGTERM):
        await until(lambda: night.wire.cuts)
        emulator.clock.set_speed(SPEED)
        await until(lambda: night.wire.cuts >= 4)
        night.wire.is_cut = False
        asked = night.asked()
        await until(lambda: night.asked() > asked)
        emulator.clock.set_speed(1.0)
    night.wire.hang()
    async with night.watching():
        await until(lambda: night.wire.hanging)
    night.wire.answer()
    looks = len(night.lines)
    async with night.watching():
        await until(lambda: len(night.lines) > looks)
        emulator.clock.set_speed(SPEED)
        await until(lambda: "full" in night.kinds())
        emulator.garage.command(VIN, "unplug")
        await until(lambda: "unplugged" in night.kinds())
    assert night.steps() == list(range(25, 101, 5))
    assert night.kinds() == ["charging_started", "full", "unplugged"]
    assert len(set(receiver.ids)) == len(receiver.ids)
    assert night.asked() > 5 * night.exchanges[SIGN_IN, 302]
    assert any(line.endswith("[" + "#" * 50 + "]") for line in night.lines)
