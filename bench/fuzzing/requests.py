"""HTTP requests to the hub and to the emulator: an answer of theirs, never a fault of the program.

The bytes are read as a request leniently and handed to the application, past the parser of the web server, which is
another project's. Headers of answers must be such that nothing can be smuggled in them.
"""

import asyncio
import contextlib
import json
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
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
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.web.app import describe_api

ANSWERED_WITHIN_S: Final = 20
FAULT: Final = 500


class _Application:
    """Stands in for the web server of a hub or an emulator, and keeps the application that it would serve."""

    def __init__(self, *, answers_500: bool) -> None:
        self.answers_500 = answers_500
        self.app: Any = None
        self.token = b"TOKEN"

    @contextlib.asynccontextmanager
    async def serve(self, app: Any, *_: object, **__: object) -> AsyncIterator[int]:  # noqa: ANN401 - an ASGI application
        self.app = app
        yield 8080

    async def answer(self, data: bytes) -> bytes:
        """Hand a request on, TOKEN in it being a good one, and return the body; AssertionError for a wrong answer."""
        scope, body = _read_request(data.replace(b"TOKEN", self.token))
        incoming: list[dict[str, object]] = [{"type": "http.request", "body": body, "more_body": False}]
        started: list[dict[str, Any]] = []
        answered = bytearray()

        async def receive() -> dict[str, object]:
            await asyncio.sleep(0)
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            await asyncio.sleep(0)
            if message["type"] == "http.response.start":
                started.append(message)
            answered.extend(message.get("body", b""))

        async with asyncio.timeout(ANSWERED_WITHIN_S):
            await self.app(scope, receive, send)
        for message in started:
            if message["status"] == FAULT and not self.answers_500:
                raise AssertionError(f"a fault of the program: {scope['method']} {scope['path']}")
            for name, value in message["headers"]:
                if any(byte < 0x20 or byte == 0x7F for byte in name + value):
                    raise AssertionError(f"a header that is two: {name!r}: {value!r}")
        return bytes(answered)


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
    *,
    open_server: Callable[[Path], AbstractAsyncContextManager[object]],
    find_token: Callable[[_Application, Path], Awaitable[str]],
    seeds: Sequence[bytes],
    answers_500: bool,
) -> Iterator[Fuzzer]:
    application, stack = _Application(answers_500=answers_500), AsyncExitStack()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        with _patched(place, name, application.serve):
            runner.run(stack.enter_async_context(open_server(Path(folder))))
        application.token = runner.run(_found(find_token(application, Path(folder)))).encode()

        def read(data: bytes) -> None:
            runner.run(application.answer(data))

        try:
            yield of_documents(read, seeds)
        finally:
            runner.run(stack.aclose())


async def _found(token: Awaitable[str]) -> str:
    return await token


async def _token_of_hub(_: _Application, folder: Path) -> str:
    hub = find_hub(folder)
    if hub is None:
        raise AssertionError("the hub did not say where it is")
    return hub.token


async def _token_of_emulator(application: _Application, _: Path) -> str:
    form = b"grant_type=password&username=anna%40example.com&password=emulator&scope=vehicle_data+remote_services"
    head = b"POST /webapi/oauth/token/ HTTP/1.1\r\nhost: x\r\nauthorization: Basic eDp5\r\n"
    kind = b"content-type: application/x-www-form-urlencoded\r\n\r\n"
    return str(json.loads(await application.answer(head + kind + form))["access_token"])


def _described_requests() -> list[bytes]:
    """Return a request to each operation of the hub."""
    head = " HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\n\r\n"
    return [
        f"{method.upper()} {re.sub('{vin}', 'WBA00000000000001', path)}{head}{'' if method == 'get' else '{}'}".encode()
        for path, operations in describe_api()["paths"].items()
        for method in operations
    ]


def opened_hub() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of requests to a hub without accounts, whose BMW cannot be reached."""

    def open_hub(folder: Path) -> AbstractAsyncContextManager[object]:
        nowhere = "http://127.0.0.1:1"
        settings: dict[str, object] = {"data_dir": str(folder), "bmw": {"auth_url": nowhere, "api_url": nowhere}}
        (folder / "config.toml").touch(mode=0o600)
        return hub_app.running(
            load_settings(config_file=folder / "config.toml", environment={}, overrides=settings), goes_live=False
        )

    seeds = [*read_corpus("requests to the hub"), *_described_requests()]
    return _opened(serving, "serve", open_server=open_hub, find_token=_token_of_hub, seeds=seeds, answers_500=False)


def opened_emulator() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of requests to an emulator."""

    def open_emulator(folder: Path) -> AbstractAsyncContextManager[object]:
        host = HostSettings(http_port=0, mqtt_port=0, data_dir=folder)
        return Emulator(EmulatorSettings(host=host))

    seeds = read_corpus("requests to the emulator")
    return _opened(
        emulator_app,
        "serving_http",
        open_server=open_emulator,
        find_token=_token_of_emulator,
        seeds=seeds,
        answers_500=True,  # as BMW does at times; a fault of its own comes out as what was raised
    )
