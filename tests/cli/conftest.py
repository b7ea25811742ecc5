"""The command line in this process, beside an emulated BMW (and a hub, where a test wants one) on another thread."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud
from tests.new_stores import make_empty_store

from bimmerhub.cli import main
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import OnExchange
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.web.settings import WebSettings

SOC = "vehicle.drivetrain.batteryManagement.header"
VIN = "WBA00000000000001"
T = TypeVar("T")
Run = Callable[..., "Result"]
Publish = Callable[[bytes], None]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def capture_line(value: object, *, second: int = 0, vin: str = VIN, descriptor: str = SOC) -> str:
    at = f"2026-07-27T12:00:{second:02}Z"
    row = {"timestamp": at, "value": value, "unit": "percent"}
    return json.dumps({"vin": vin, "timestamp": at, "data": {descriptor: row}}) + "\n"


@contextmanager
def in_background(make: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """Hold an asynchronous context open on a thread of its own."""
    ready: Future[T] = Future()
    stop: Future[Callable[[], object]] = Future()

    async def hold() -> None:
        async with make() as held:
            over = asyncio.Event()
            loop = asyncio.get_running_loop()
            stop.set_result(lambda: loop.call_soon_threadsafe(over.set))
            ready.set_result(held)
            await over.wait()

    def work() -> None:
        try:
            asyncio.run(hold())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield ready.result(20)
    finally:
        if stop.done():
            stop.result()()
        thread.join(20)


def sign_in(emulator: Emulator, data_dir: Path) -> None:
    """Leave the account signed in, as `login` does, without its process; its own tests are in account/test_login.py."""

    async def sign_in_and_approve() -> None:
        async with aiohttp.ClientSession() as session:
            cloud = Cloud(emulator=emulator, session=session, data_dir=data_dir)
            async with cloud.hub(goes_live=False) as hub:
                assert await cloud.sign_in(hub) == "done"

    asyncio.run(sign_in_and_approve())


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data_dir: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs one command line to its end."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run_line(*words: str | Path) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([*map(str, words), "--data-dir", str(data_dir)])
        streams = capfd.readouterr()
        assert "Traceback" not in streams.err
        return Result(int(caught.value.code or 0), streams.out, streams.err)

    return run_line


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture with three readings."""
    path = tmp_path / "capture.ndjson"
    path.write_text("".join(capture_line(60 + second, second=second) for second in range(3)))
    return path


@pytest.fixture
def recent_capture(tmp_path: Path) -> Path:
    """A capture with one reading of this hour."""
    path = tmp_path / "recent.ndjson"
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:00:00Z")
    path.write_text(capture_line(60).replace("2026-07-27T12:00:00Z", at))
    return path


@pytest.fixture(params=["no hub", "hub"])
def maybe_hub(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Hub | None]:
    """Once without and once with a running hub."""
    if request.param == "no hub":
        yield None
        return
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    make_empty_store(settings.database)
    with in_background(lambda: running(settings)) as hub:
        yield hub


@asynccontextmanager
async def emulated(
    settings: EmulatorSettings, *, on_exchange: OnExchange | None = None
) -> AsyncIterator[tuple[Emulator, asyncio.AbstractEventLoop]]:
    async with Emulator(settings, on_exchange=on_exchange) as emulator:
        yield emulator, asyncio.get_running_loop()


@pytest.fixture
def emulator_and_loop(
    keys_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Emulator, asyncio.AbstractEventLoop]]:
    """An emulated BMW that the settings point to, and the event loop on another thread in which it runs."""
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, is_lenient=False)
    with in_background(lambda: emulated(settings)) as running_emulator:
        info = running_emulator[0].info
        for name, value in {
            "BMW__AUTH_URL": info.base_url,
            "BMW__API_URL": info.base_url,
            "BMW__STREAM_HOST": info.mqtt_host,
            "BMW__STREAM_PORT": info.mqtt_port,
            "BMW__CA_FILE": info.ca_file,
            "REST__REFRESH_H": 0,
            "REST__RESERVE": 50,  # no call but by a command
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        yield running_emulator


@pytest.fixture
def emulator(emulator_and_loop: tuple[Emulator, asyncio.AbstractEventLoop]) -> Emulator:
    """An emulated BMW that the settings point to."""
    return emulator_and_loop[0]


@pytest.fixture
def publish(emulator_and_loop: tuple[Emulator, asyncio.AbstractEventLoop]) -> Publish:
    """Return a function that lets the first car send a message. What is called from here wakes no loop by itself."""
    emulator, loop = emulator_and_loop
    info = emulator.info

    def publish_soon(payload: bytes) -> None:
        loop.call_soon_threadsafe(emulator.stream.publish, info.gcid, info.vehicles[0].vin, payload)

    return publish_soon
