"""One emulator: BMW's CarData cloud on loopback, from start to stop.

>>> async with Emulator(EmulatorSettings(http_port=0, mqtt_port=0)) as emulator:
...     emulator.info.http_url
"""

import asyncio
import contextlib
import datetime as dt
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from bimmerhub.emulator.cardata.backend_memory import BackendMemory
from bimmerhub.emulator.cardata.containers import Containers, ContainersState
from bimmerhub.emulator.cardata.quota import Quota, QuotaState
from bimmerhub.emulator.cardata.rest import RestEndpoints
from bimmerhub.emulator.cardata.stream.delivered import OnDelivered, recording
from bimmerhub.emulator.cardata.stream.stream_server import IdToken, StreamServer
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.control import ControlEndpoints
from bimmerhub.emulator.customer_portal.html import is_motorcycle
from bimmerhub.emulator.customer_portal.pages import PortalPages
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.customer_portal.registrations import Registrations, RegistrationsState
from bimmerhub.emulator.customer_portal.ticks import Ticks, TicksState
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.faults.timetable import load_fault_table
from bimmerhub.emulator.host.as_bmw import API_HOST, SIGN_IN_HOST, STREAM_HOST, HostRouter
from bimmerhub.emulator.host.certificates import Certificates, load_or_make_certificates, load_or_make_signing_key
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.info import CONTROL_PATH, EmulatorInfo, VehicleInfo
from bimmerhub.emulator.host.listener import bind, serving_http
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.lively import make_lively
from bimmerhub.emulator.lives import CarLives, LifeRecord
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.emulator.sign_in.grants import IdentityState
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner
from bimmerhub.emulator.sign_in.identity import STREAM_SCOPE, Identity
from bimmerhub.emulator.sign_in.link_pages import LinkPages
from bimmerhub.emulator.sign_in.oauth import OauthEndpoints
from bimmerhub.emulator.sign_in.openid import OpenidEndpoints
from bimmerhub.emulator.unheard import live_until, opened_history
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.ids import Gcid

_DAY_MS = 86_400_000
_LIVELY_EVERY_MS = 20_000
_DEMO_LEAD_MS = 240_000
_ISSUER = "https://customer.bmwgroup.example/am/oauth2"


class Emulator:
    """BMW's cloud while the `async with` block runs: HTTP, MQTT over TLS, and cars that live by one clock.

    Entering it answers when everything can be reached. ConfigError for a taken port, StoreError for a data directory
    that cannot be used. Attributes are there inside the block only. `on_delivered` is called with each message that was
    sent to a connected subscriber.
    """

    clock: EmulatorClock
    faults: Faults
    identity: Identity
    quota: Quota
    containers: Containers
    portal: Portal
    stream: StreamServer
    lives: dict[Gcid, CarLives]

    def __init__(self, settings: EmulatorSettings | None = None, *, on_delivered: OnDelivered | None = None) -> None:
        self.settings = settings or EmulatorSettings()
        self._on_delivered = on_delivered
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An error of the block is not shown to the task groups inside: they would wrap it into an ExceptionGroup.
        await self._stack.aclose()

    @property
    def info(self) -> EmulatorInfo:
        """What a client needs to know. Its account is the first one, its vehicles are those of that account."""
        is_tls = self._is_tls
        base_url = f"{'https' if is_tls else 'http'}://{_url_host(self.settings.host)}:{self._http_port}"
        account = self.settings.accounts[0]
        client = self.portal.registrations.client_of(account.gcid)
        return EmulatorInfo(
            http_url=None if is_tls else base_url,
            https_url=base_url if is_tls else None,
            mqtt_host=self.settings.host,
            mqtt_port=self.stream.port,
            ca_file=str(self._certificates.ca_file),
            client_id=account.client_id if client is None else client.client_id,
            gcid=account.gcid,
            user=account.user,
            password=account.password,
            vehicles=tuple(
                VehicleInfo(vin=car.vin, model=car.model, drivetrain=car.drivetrain) for car in self.garage.cars
            ),
            control_url=base_url + CONTROL_PATH,
        )

    @property
    def garage(self) -> Garage:
        """The cars of the first account."""
        return self.lives[self.settings.accounts[0].gcid].garage

    async def current_garage(self, gcid: Gcid) -> Garage:
        """Return the cars of an account, simulated up to now; KeyError when there is no such account."""
        lives = self.lives[gcid]
        await lives.advance()
        return lives.garage

    def memory(self, gcid: Gcid) -> BackendMemory:
        """Return what was known of the cars of an account; KeyError when there is no such account."""
        return self.lives[gcid].memory

    async def catch_up(self) -> None:
        """Return when all cars have lived up to now, and what they sent is published."""
        for lives in self.lives.values():
            await lives.advance()

    async def begin_anew(self, *, seed: int | None, start_ms: int | None) -> None:
        """Replace all cars by new ones who begin to live at `start_ms` (None: now); seed None keeps the seeds."""
        now_ms = self.clock.now_ms()
        for number, lives in enumerate(self.lives.values()):
            await lives.begin_anew(
                seed=lives.seed if seed is None else seed + number,
                start_ms=now_ms if start_ms is None else min(start_ms, now_ms),
            )

    async def forget(self) -> None:
        """Forget all tokens, containers and calls and what was done in the portal, and cut all streams."""
        self.identity.reset()
        self.containers.reset()
        self.portal.begin_anew()
        self.quota.reset()
        for gcid in self.lives:
            self.stream.disconnect(gcid)

    def disconnect(self, gcid: Gcid) -> None:
        """Cut the stream of an account."""
        self.stream.disconnect(gcid)

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        listener = bind(self.settings.host, self.settings.http_port, setting="http_port")
        stack.callback(listener.close)
        self._http_port: int = listener.getsockname()[1]
        if self.settings.mqtt_port:  # the broker binds by itself; this says early, and with a hint, that it cannot
            bind(self.settings.host, self.settings.mqtt_port, setting="mqtt_port").close()

        directory = self._open_directory(stack)
        self._certificates = self._load_keys(directory)
        self._load_state(directory)
        self._make_lives(directory, stack.enter_context(recording(self.settings.delivered_file, self._on_delivered)))
        self._load_fault_table()
        await self._catch_up_unheard()
        stack.callback(self._save_told_lives)

        await stack.enter_async_context(self.stream.serve(self.settings.host, self.settings.mqtt_port))
        await stack.enter_async_context(serving_http(self._web_app(), listener, certificate=self._web_certificate()))
        stack.callback(self.clock.let_go)
        await stack.enter_async_context(self._living())

    def _open_directory(self, stack: contextlib.AsyncExitStack) -> Path:
        if self.settings.data_dir is None:
            return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bimmerhub-emulator-")))
        _make_private(self.settings.data_dir)
        return self.settings.data_dir

    def _load_keys(self, directory: Path) -> Certificates:
        keys_dir = self.settings.keys_dir or directory
        _make_private(keys_dir)
        self._signer = IdTokenSigner(load_or_make_signing_key(keys_dir), issuer=_ISSUER)
        return load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))

    def _load_state(self, directory: Path) -> None:
        settings = self.settings
        clock = EmulatorClock(start_ms=settings.now_ms, speed=settings.speed)
        self.clock = clock
        self.faults = faults = Faults(clock, settings.faults)
        registrations = Registrations(
            settings.accounts,
            delay_s=settings.subscription_delay_s,
            clock=clock,
            file=StateFile(directory / "clients.json", RegistrationsState),
        )
        self.identity = Identity(
            settings,
            clock=clock,
            faults=faults,
            registrations=registrations,
            signer=self._signer,
            file=StateFile(directory / "identity.json", IdentityState),
        )
        self.quota = Quota(
            settings.quota_per_day, clock=clock, faults=faults, file=StateFile(directory / "quota.json", QuotaState)
        )
        self.containers = Containers(
            settings, clock=clock, faults=faults, file=StateFile(directory / "containers.json", ContainersState)
        )
        self.portal = Portal(
            registrations=registrations,
            ticks=Ticks(StateFile(directory / "ticks.json", TicksState)),
            identity=self.identity,
            containers=self.containers,
            disconnect=self.disconnect,
        )
        self.stream = StreamServer(
            ssl_context=self._certificates.server_context(),
            clock=clock,
            faults=faults,
            verify_id_token=self._verify_id_token,
            has_stream=self._has_stream,
            settings=settings.stream,
        )

    def _make_lives(self, directory: Path, on_delivered: OnDelivered | None) -> None:
        start_ms = self.clock.now_ms() - int(self.settings.history_days * _DAY_MS)
        self.lives = {}
        for number, account in enumerate(self.settings.accounts):
            name = "garage.json" if number == 0 else f"garage-{number + 1}.json"
            try:
                self.lives[account.gcid] = CarLives(
                    account,
                    seed=self.settings.seed + number,
                    start_ms=start_ms,
                    clock=self.clock,
                    faults=self.faults,
                    listeners=self.stream,
                    file=StateFile(directory / name, LifeRecord),
                    is_ticked=self.portal.is_ticked,
                    on_delivered=on_delivered,
                )
            except ValueError as error:  # the words name the models there are
                raise ConfigError(f"these cars cannot be made: {error}", hint="Choose other models.") from error
        lived_until_ms = max(lives.lived_until_ms for lives in self.lives.values())
        if lived_until_ms > self.clock.now_ms():  # an earlier run had jumped ahead; its lives cannot be unlived
            self.clock.jump(to_ms=lived_until_ms)

    def _has_stream(self, gcid: Gcid) -> bool:
        cars = self.lives[gcid].garage.cars if gcid in self.lives else ()
        return self.portal.has_stream(gcid) and not all(is_motorcycle(car) for car in cars)

    def _load_fault_table(self) -> None:
        if self.settings.fault_table is not None:
            for switch in load_fault_table(self.settings.fault_table, start_ms=self.clock.now_ms()):
                self.faults.switch_on(switch)

    async def _catch_up_unheard(self) -> None:
        """Live up to now before anyone can listen; what the cars sent goes to the history file."""
        lives, now_ms = tuple(self.lives.values()), self.clock.now_ms()
        with opened_history(self.settings.history_file) as file:
            if self.settings.is_demo:  # a little before now, so that the history tells of departure and plug-in
                lived_until_ms = max(each.lived_until_ms for each in lives)  # what was lived already stays as it was
                await live_until(max(now_ms - _DEMO_LEAD_MS, lived_until_ms), lives, file=file)
                make_lively(self.garage)
            await live_until(now_ms, lives, file=file)
            if self.settings.is_demo:  # a drive may have ended meanwhile
                make_lively(self.garage)
        for each in lives:
            each.save()

    def _save_told_lives(self) -> None:
        for lives in self.lives.values():
            lives.save(is_told=True)

    @contextlib.asynccontextmanager
    async def _living(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            living = [tasks.create_task(lives.run(), name="emulator-cars") for lives in self.lives.values()]
            living.append(tasks.create_task(self._nudge_at_faults(), name="emulator-faults"))
            if self.settings.is_demo:
                living.append(tasks.create_task(self._keep_lively(), name="emulator-demo"))
            try:
                yield
            finally:
                for task in living:
                    task.cancel()

    async def _nudge_at_faults(self) -> None:
        """Wake whoever sleeps when a fault begins or ends, so that it acts at once."""
        now_ms = self.clock.now_ms()
        while True:
            await self.clock.sleep_until_due(partial(self.faults.next_change_ms, now_ms))
            now_ms = self.clock.now_ms()
            self.clock.nudge()

    async def _keep_lively(self) -> None:
        """Look every so often whether a car drives and one charges, and command them if not."""
        lives = self.lives[self.settings.accounts[0].gcid]
        while True:
            await self.clock.sleep_until(self.clock.now_ms() + _LIVELY_EVERY_MS)
            await lives.be_lively()

    def _web_app(self) -> ASGIApp:
        rest = RestEndpoints(
            clock=self.clock,
            faults=self.faults,
            identity=self.identity,
            quota=self.quota,
            containers=self.containers,
            garages=self,
            has_images=self.settings.has_images,
        )
        control = ControlEndpoints(
            self, clock=self.clock, faults=self.faults, identity=self.identity, quota=self.quota, lives=self.lives
        )
        pages = LinkPages(self.identity, clock=self.clock)
        oauth = OauthEndpoints(self.identity, faults=self.faults)
        openid = OpenidEndpoints(self._signer)
        portal = PortalPages(
            self.portal,
            clock=self.clock,
            cars=lambda gcid: self.lives[gcid].garage.cars,
            stream_address=self._stream_address,
        )
        people = (oauth, openid, pages, portal)
        everything = _app(*people, rest, control)
        if not self.settings.as_bmw:
            return everything
        return HostRouter({SIGN_IN_HOST: _app(*people), API_HOST: _app(rest)}, local=everything)

    def _stream_address(self) -> tuple[str, int]:
        return STREAM_HOST if self.settings.as_bmw else self.settings.host, self.stream.port

    @property
    def _is_tls(self) -> bool:
        return self.settings.https or self.settings.as_bmw

    def _web_certificate(self) -> tuple[Path, Path] | None:
        if not self._is_tls:
            return None
        return self._certificates.server_file, self._certificates.server_key_file

    def _verify_id_token(self, id_token: str) -> IdToken | None:
        access = self.identity.verify_id_token(id_token)
        if access is None:
            return None
        return IdToken(gcid=access.gcid, expires_at_ms=access.expires_at_ms, may_stream=STREAM_SCOPE in access.scopes)


class _Part(Protocol):
    def routes(self) -> list[Route]: ...


def _app(*parts: _Part) -> Starlette:
    return Starlette(routes=[route for part in parts for route in part.routes()])


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the emulator's data directory cannot be used: {error.strerror}", hint=f"Look at {directory}."
        ) from error
