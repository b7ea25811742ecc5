"""One emulator: BMW's cloud on loopback, from start to stop.

>>> async with Emulator(EmulatorSettings(host=HostSettings(http_port=0, mqtt_port=0))) as emulator:
...     emulator.info.http_url
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from bimmerhub.emulator.cardata.containers import ContainerShelf
from bimmerhub.emulator.cardata.quota import CallQuota
from bimmerhub.emulator.cardata.stream.delivered import OnDelivered, recording
from bimmerhub.emulator.cardata.stream.stream_server import StreamServer
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.cloud import Cloud, make_cloud
from bimmerhub.emulator.control.control_api import ControlEndpoints
from bimmerhub.emulator.control.control_owners import OwnerControl
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.families import ServedFamily, Surface, list_families, web_app
from bimmerhub.emulator.family_infos import describe_families
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.certificates import Certificates, load_or_make_certificates, load_or_make_signing_key
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.directories import make_private, opened_directory
from bimmerhub.emulator.host.door import Door, OnExchange, Rewrite
from bimmerhub.emulator.host.info import CONTROL_PATH, EmulatorInfo, VehicleInfo
from bimmerhub.emulator.host.listener import bind, serving_http
from bimmerhub.emulator.host.plain_query import with_plain_query
from bimmerhub.emulator.host.short_bodies import with_short_bodies
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.owners.owner_actions import OwnerActions
from bimmerhub.emulator.owners.owners_page import OwnersPage
from bimmerhub.emulator.remote.account_vehicles import AccountVehicles
from bimmerhub.emulator.settings import EmulatorSettings, check_settings, relax
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid

_ISSUER = "https://customer.bmwgroup.example/am/oauth2"


class Emulator:
    """BMW's cloud while the `async with` block runs: HTTP, MQTT over TLS, and cars that live by one clock.

    Entering it answers when everything can be reached. ConfigError for a taken port, StoreError for a data directory
    that cannot be used. ConfigError from the start for a setting that cannot be. All but `settings` is there inside
    the block only. `on_delivered` is called with each message that was sent to a connected subscriber, `on_exchange`
    with each HTTP request and its answer; `rewrite` may change the bodies of answers before (see `Door`).
    """

    _cloud: Cloud
    _families: tuple[ServedFamily, ...]
    _certificates: Certificates
    _http_port: int

    def __init__(
        self,
        settings: EmulatorSettings | None = None,
        *,
        on_delivered: OnDelivered | None = None,
        on_exchange: OnExchange | None = None,
        rewrite: Rewrite | None = None,
    ) -> None:
        settings = settings or EmulatorSettings()
        check_settings(settings)
        self.settings = relax(settings) if settings.is_lenient else settings
        self._on_delivered = on_delivered
        self._on_exchange = on_exchange
        self._rewrite = rewrite
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
    def clock(self) -> EmulatorClock:
        """The time that everything in the cloud lives by."""
        return self._cloud.clock

    @property
    def faults(self) -> Faults:
        """The switches of its misbehaviours."""
        return self._cloud.faults

    @property
    def identity(self) -> Identity:
        """The identity service."""
        return self._cloud.identity

    @property
    def quota(self) -> CallQuota:
        """The count of REST calls."""
        return self._cloud.quota

    @property
    def containers(self) -> ContainerShelf:
        """The containers of all accounts."""
        return self._cloud.containers

    @property
    def portal(self) -> Portal:
        """The customer portal."""
        return self._cloud.portal

    @property
    def stream(self) -> StreamServer:
        """The stream's broker."""
        return self._cloud.stream

    @property
    def account_vehicles(self) -> AccountVehicles:
        """The vehicles of each account in the families older than CarData."""
        return self._cloud.account_vehicles

    @property
    def lives(self) -> dict[Gcid, CarLives]:
        """The cars' lives, by account."""
        return self._cloud.population.lives

    @property
    def garage(self) -> Garage:
        """The cars of the first account."""
        return self._cloud.population.first.garage

    @property
    def voice(self) -> CarDataVoice:
        """The cars of the first account as CarData has them."""
        return self._cloud.population.first.voice

    @property
    def info(self) -> EmulatorInfo:
        """What a client needs to know. Its account is the first one, its vehicles are those of that account."""
        host, account = self.settings.host, self.settings.accounts[0]
        base_url = f"{'https' if host.is_tls else 'http'}://{_url_host(host.address)}:{self._http_port}"
        client = self.portal.registrations.client_of(account.gcid)
        return EmulatorInfo(
            http_url=None if host.is_tls else base_url,
            https_url=base_url if host.is_tls else None,
            mqtt_host=host.address,
            mqtt_port=self.stream.port,
            ca_file=str(self._certificates.ca_file),
            client_id=account.client_id if client is None else client.client_id,
            gcid=account.gcid,
            user=account.user,
            password=account.password,
            vehicles=tuple(
                VehicleInfo(vin=car.vin, model=car.model_name, drivetrain=car.drivetrain) for car in self.garage.cars
            ),
            control_url=base_url + CONTROL_PATH,
            families=describe_families(
                base_url,
                self.settings.passwords,
                inventory=self.settings.inventory,
                client_id=account.client_id if client is None else client.client_id,
            ),
        )

    async def catch_up(self) -> None:
        """Return when all cars have lived up to now, and what they sent is published."""
        await self._cloud.population.catch_up()

    async def begin_anew(self, *, seed: int | None, start_ms: int | None) -> None:
        """Replace all cars by new ones who begin to live at `start_ms` (None: now); seed None keeps the seeds."""
        await self._cloud.population.begin_anew(seed=seed, start_ms=start_ms)

    async def forget(self) -> None:
        """Forget all tokens, containers and calls and what was done in the portal, and cut all streams."""
        for family in self._families:
            family.forget()

    def disconnect(self, gcid: Gcid) -> None:
        """Cut the stream of an account."""
        self.stream.disconnect(gcid)

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        host, settings = self.settings.host, self.settings
        listener = bind(host.address, host.http_port, setting="http_port")
        stack.callback(listener.close)
        self._http_port = listener.getsockname()[1]
        if host.mqtt_port:  # the broker binds by itself; this says early, and with a hint, that it cannot
            bind(host.address, host.mqtt_port, setting="mqtt_port").close()

        directory = stack.enter_context(opened_directory(host.data_dir))
        signer = self._load_keys(directory)
        on_delivered = stack.enter_context(recording(settings.stream.delivered_file, self._on_delivered))
        self._cloud = cloud = make_cloud(
            settings, directory=directory, certificates=self._certificates, signer=signer, on_delivered=on_delivered
        )
        self._families = list_families(cloud, settings)
        await cloud.population.catch_up_unheard()
        stack.callback(partial(cloud.population.save, is_told=True))

        await stack.enter_async_context(cloud.stream.serve(host.address, host.mqtt_port))
        app = web_app(
            self._families, control=self._control(), as_bmw=host.as_bmw, now_ms=cloud.clock.now_ms, faults=cloud.faults
        )
        if self._on_exchange is not None or self._rewrite is not None:
            app = Door(app, faults_on=cloud.faults.on, rewrite=self._rewrite, on_exchange=self._on_exchange)
        app = with_short_bodies(with_plain_query(app))
        await stack.enter_async_context(serving_http(app, listener, certificate=self._web_certificate()))
        if host.as_bmw and host.china_port is not None:
            china = bind(host.address, host.china_port, setting="china_port")
            await stack.enter_async_context(serving_http(app, china, certificate=self._web_certificate()))
        stack.callback(cloud.clock.let_go)
        await stack.enter_async_context(cloud.population.living())
        await stack.enter_async_context(_nudging_at_faults(cloud.clock, cloud.faults))

    def _load_keys(self, directory: Path) -> IdTokenSigner:
        keys_dir = self.settings.host.keys_dir or directory
        make_private(keys_dir)
        self._certificates = load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))
        return IdTokenSigner(load_or_make_signing_key(keys_dir), issuer=_ISSUER)

    def _control(self) -> tuple[Surface, ...]:
        clock, cloud = self.clock, self._cloud
        actions = OwnerActions(self.settings.accounts, portal=cloud.portal, population=cloud.population)
        return (
            OwnerControl(actions),
            OwnersPage(actions),
            ControlEndpoints(
                self, clock=clock, faults=self.faults, identity=self.identity, quota=self.quota, lives=self.lives
            ),
        )

    def _web_certificate(self) -> tuple[Path, Path] | None:
        if not self.settings.host.is_tls:
            return None
        return self._certificates.server_file, self._certificates.server_key_file


@contextlib.asynccontextmanager
async def _nudging_at_faults(clock: EmulatorClock, faults: Faults) -> AsyncIterator[None]:
    """Wake whoever sleeps when a fault begins or ends, so that it acts at once."""

    async def nudge() -> None:
        now_ms = clock.now_ms()
        while True:
            await clock.sleep_until_due(partial(faults.next_change_ms, now_ms))
            now_ms = clock.now_ms()
            clock.nudge()

    async with asyncio.TaskGroup() as tasks:
        nudging = tasks.create_task(nudge(), name="emulator-faults")
        try:
            yield
        finally:
            nudging.cancel()


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
