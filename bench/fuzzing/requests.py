"""HTTP requests to the hub and to the emulator: an answer of theirs, never a fault of the program.

The bytes are read as a request leniently and handed to the application, past the parser of the web server, which is
another project's. Headers of answers must be such that nothing can be smuggled in them.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from bench.fuzzing.corpora import read_corpus
from bench.fuzzing.fuzzer import Fuzzer, of_documents

from bimmerhub.emulator import app as emulator_app
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.settings import HostSettings
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.hub import app as hub_app
from bimmerhub.hub import serving
from bimmerhub.hub.config import load_settings

ANSWERED_WITHIN_S: Final = 20
FAULT: Final = 500


class _Application:
    """Stands in for the web server of a hub or an emulator, and keeps the application that it would serve."""

    def __init__(self) -> None:
        self.app: Any = None

    @contextlib.asynccontextmanager
    async def serve(self, app: Any, *_: object, **__: object) -> AsyncIterator[int]:  # noqa: ANN401 - an ASGI application
        self.app = app
        yield 8080

    async def answer(self, data: bytes) -> None:
        """Hand a request on; AssertionError for an answer that should not be."""
        scope, body = _read_request(data)
        incoming: list[dict[str, object]] = [{"type": "http.request", "body": body, "more_body": False}]
        started: list[dict[str, Any]] = []

        async def receive() -> dict[str, object]:
            await asyncio.sleep(0)
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            await asyncio.sleep(0)
            if message["type"] == "http.response.start":
                started.append(message)

        async with asyncio.timeout(ANSWERED_WITHIN_S):
            await self.app(scope, receive, send)
        for message in started:
            if message["status"] == FAULT:
                raise AssertionError(f"a fault of the program: {scope['method']} {scope['path']}")
            for name, value in message["headers"]:
                if any(byte < 0x20 or byte == 0x7F for byte in name + value):
                    raise AssertionError(f"a header that is two: {name!r}: {value!r}")


def _read_request(data: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, *_ = (*first.split(b" "), b"/", b"/")
    path, _, query = target.partition(b"?")
    pairs = (line.partition(b":") for line in lines)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method.decode("latin-1").upper(),
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.strip().lower(), value.strip()) for name, _, value in pairs],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }, body


@contextmanager
def _patched(module: object, name: str, replacement: object) -> Iterator[None]:
    original = getattr(module, name)
    setattr(module, name, replacement)
    try:
        yield
    finally:
        setattr(module, name, original)


@contextmanager
def _opened(
    place: object,
    name: str,
    open_server: Callable[[Path], AbstractAsyncContextManager[object]],
    seeds: tuple[bytes, ...],
) -> Iterator[Fuzzer]:
    application, stack = _Application(), AsyncExitStack()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        with _patched(place, name, application.serve):
            runner.run(stack.enter_async_context(open_server(Path(folder))))
        try:
            yield of_documents(lambda data: runner.run(application.answer(data)), seeds)
        finally:
            runner.run(stack.aclose())


def opened_hub() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of requests to a hub without accounts, whose BMW cannot be reached."""

    def open_hub(folder: Path) -> AbstractAsyncContextManager[object]:
        nowhere = "http://127.0.0.1:1"
        settings: dict[str, object] = {"data_dir": str(folder), "bmw": {"auth_url": nowhere, "api_url": nowhere}}
        (folder / "config.toml").touch()
        return hub_app.running(
            load_settings(config_file=folder / "config.toml", environment={}, overrides=settings), goes_live=False
        )

    return _opened(serving, "serve", open_hub, read_corpus("requests to the hub"))


def opened_emulator() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of requests to an emulator."""

    def open_emulator(folder: Path) -> AbstractAsyncContextManager[object]:
        host = HostSettings(http_port=0, mqtt_port=0, data_dir=folder)
        return Emulator(EmulatorSettings(host=host))

    return _opened(emulator_app, "serving_http", open_emulator, read_corpus("requests to the emulator"))
