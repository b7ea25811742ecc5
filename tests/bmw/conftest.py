"""BMW's cloud as the emulator plays it, an SDK that lives by its clock, and an account that has signed in."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from tests.emulated import STRICT_BUT_FOR_KEEP_ALIVE, emulator_settings

from bimmerhub.bmw.cardata import CarData, CarDataStream, Endpoints, QuotaLedger, SignIn, Tokens, TokenSet, TokenStore
from bimmerhub.bmw.cardata.endpoints import MqttVersion
from bimmerhub.bmw.clock import Clock
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.certificates import load_or_make_certificates
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.errors import StoreError

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z


class HastyClock:
    """A clock that stands still and jumps over every sleep; `sleeps_s` tells them. `is_free` unset holds sleepers."""

    def __init__(self, clock: EmulatorClock) -> None:
        self.emulated = clock
        self.sleeps_s: list[float] = []
        self.is_free = asyncio.Event()
        self.is_free.set()

    def now_ms(self) -> int:
        return self.emulated.now_ms()

    async def sleep_until(self, at_ms: int) -> None:
        self.sleeps_s.append((at_ms - self.now_ms()) / 1000)
        await asyncio.sleep(0)
        await self.is_free.wait()
        if at_ms > self.now_ms():
            self.emulated.jump(by_ms=at_ms - self.now_ms())

    def elapsed_s(self) -> float:
        return self.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    def advance(self, *, minutes: float) -> None:
        self.emulated.jump(by_ms=round(minutes * 60_000))


class MemoryTokens:
    """A TokenStore that has every state that was saved, but for notes of renewals that are over.

    `refuses` makes the disk full.
    """

    def __init__(self) -> None:
        self.saved: list[TokenSet] = []
        self.refuses: Exception | None = None

    async def load(self) -> TokenSet | None:
        return self.saved[-1] if self.saved else None

    async def save(self, tokens: TokenSet) -> None:
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses
        if self.saved and self.saved[-1].renewing_since_ms is not None:
            self.saved.pop()
        if self.saved[-1:] != [tokens]:
            self.saved.append(tokens)


@dataclass
class Cloud:
    """One emulator with an SDK beside it."""

    emulator: Emulator
    clock: HastyClock
    session: ClientSession
    store: MemoryTokens

    @property
    def endpoints(self) -> Endpoints:
        info = self.emulator.info
        return Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        )

    def new_sign_in(self, client_id: str | None = None) -> SignIn:
        return SignIn(
            client_id=client_id or self.emulator.info.client_id,
            endpoints=self.endpoints,
            session=self.session,
            clock=self.clock,
        )

    async def sign_in(self) -> TokenSet:
        sign_in = self.new_sign_in()
        code = await sign_in.start()
        assert self.emulator.identity.decide(code.user_code, approve=True)
        tokens = await sign_in.wait()
        await self.store.save(tokens)
        return tokens

    def tokens(self, *, store: TokenStore | None = None, endpoints: Endpoints | None = None) -> Tokens:
        return Tokens(
            client_id=self.emulator.info.client_id,
            store=store or self.store,
            endpoints=endpoints or self.endpoints,
            session=self.session,
            clock=self.clock,
        )

    async def filling_the_disk(self, serve: Callable[["Handler"], Awaitable[str]]) -> Endpoints:
        """Return endpoints at which the disk fills up while BMW answers the first time."""

        async def answer(request: web.Request) -> web.Response:
            if not filled:
                self.store.refuses = StoreError("disk full")
                filled.append(True)
            url = self.emulator.info.base_url + request.path
            async with self.session.post(url, data=await request.post()) as real:
                return web.Response(status=real.status, body=await real.read(), content_type=real.content_type)

        filled: list[bool] = []
        return Endpoints(auth_url=await serve(answer))

    def cardata(
        self,
        *,
        ledger: QuotaLedger | None = None,
        store: TokenStore | None = None,
        api_url: str | None = None,
        session: ClientSession | None = None,
    ) -> CarData:
        """Return an SDK; `api_url` has REST answered elsewhere."""
        return CarData(
            client_id=self.emulator.info.client_id,
            tokens=store or self.store,
            endpoints=replace(self.endpoints, api_url=api_url or self.endpoints.api_url),
            clock=self.clock,
            ledger=ledger,
            session=session,
        )

    def stream(self, tokens: Tokens | None = None, *, version: MqttVersion = "5") -> CarDataStream:
        endpoints = replace(self.endpoints, mqtt_version=version)
        return CarDataStream(tokens=tokens or self.tokens(), endpoints=endpoints, clock=self.clock)


CloudMaker = Callable[..., Any]


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
def make_cloud(keys_dir: Path, session: ClientSession) -> CloudMaker:
    @asynccontextmanager
    async def make(**changes: Any) -> AsyncIterator[Cloud]:
        defaults = {"http_port": 0, "mqtt_port": 0, "keys_dir": keys_dir, "speed": 0.0, "now_ms": NOON_MS}
        settings = emulator_settings(**{**defaults, **STRICT_BUT_FOR_KEEP_ALIVE, **changes})
        async with Emulator(settings) as emulator:
            yield Cloud(emulator, HastyClock(emulator.clock), session, MemoryTokens())

    return make


@pytest.fixture
async def cloud(make_cloud: CloudMaker) -> AsyncIterator[Cloud]:
    async with make_cloud() as made:
        yield made


@pytest.fixture
async def signed_in(cloud: Cloud) -> Cloud:
    await cloud.sign_in()
    return cloud


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[str]]]:
    """Serve one handler for every path, and return its address."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def make_clock() -> Callable[[], Clock]:
    return lambda: HastyClock(EmulatorClock(start_ms=NOON_MS, speed=0))


Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Connect = Callable[[Dialogue], Awaitable[dict[str, Any]]]


@pytest.fixture
async def broker(keys_dir: Path) -> AsyncIterator[Connect]:
    """Serve one dialogue, and return what `subscribed` needs to have it."""
    certificates = load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))
    servers: list[asyncio.Server] = []

    async def start(dialogue: Dialogue) -> dict[str, Any]:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await dialogue(reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=certificates.server_context())
        servers.append(server)
        return {
            "host": "127.0.0.1",
            "port": server.sockets[0].getsockname()[1],
            "tls": Endpoints(ca_file=certificates.ca_file).ssl_context(),
            "username": "gcid",
            "password": "token",
            "topic": "gcid/+",
            "version": "3.1.1",
        }

    yield start
    for server in servers:
        server.close()
