"""The emulator with a door that tests watch and tamper with, and the SDKs of the older families signed in at it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.emulated import STRICT_BUT_FOR_KEEP_ALIVE, emulator_settings
from tests.families.answer import Answer
from tests.families.app_answers import APP_ANSWERS
from tools.families.facts import FACTS
from tools.families.rows import read_attributes

from bimmerhub.bmw.answers.cockpit_answers import decode_efficiency, decode_navigation
from bimmerhub.bmw.answers.cockpit_dynamic import Dynamic, decode_dynamic
from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.bmw.connecteddrive import App as Page
from bimmerhub.bmw.connecteddrive import ConnectedDrive
from bimmerhub.bmw.connecteddrive import Endpoints as PortalEndpoints
from bimmerhub.bmw.connecteddrive import wire as portal_wire
from bimmerhub.bmw.connecteddrive.state_readings import decode_state_readings
from bimmerhub.bmw.iremote import App, AppKey, BmwLogin, Endpoints, IRemote, wire
from bimmerhub.bmw.mybmw import App as PhoneApp
from bimmerhub.bmw.mybmw import Endpoints as AppEndpoints
from bimmerhub.bmw.mybmw import MyBmw
from bimmerhub.bmw.mybmw.wire import decode_taken_command
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
DEVICE_TIME = datetime(2026, 7, 27, 12, tzinfo=UTC)
BEV, PHEV, ICE = Vin("WBY00000000E00001"), Vin("WBX00000000H00002"), Vin("WMW00000000F00003")
CARS = (BEV, PHEV, ICE)
"""In the account's order."""
FACTS_BY_NAME = {facts.name: facts for facts in FACTS}


def _for_any_car(decode: Callable[[bytes], Any]) -> Callable[[bytes, Vin], Any]:
    return lambda body, _vin: decode(body)


def _first(decode: Callable[[bytes], tuple[Any, ...]]) -> Callable[[bytes, Vin], Any]:
    """Return what decodes a list and gives its first item."""
    return lambda body, _vin: next(iter(decode(body)), None)


ANSWERS = {
    "vehicles": Answer(
        fetch=lambda scene, _vin: scene.iremote.rest.fetch_vehicles(),
        decode=lambda body, vin: wire.decode_vehicles(body)[CARS.index(vin)],
    ),
    "status": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_status(vin, device_time=DEVICE_TIME, near=(0.0, 0.0)),
        decode=_for_any_car(wire.decode_status),
        decode_readings=wire.decode_status_readings,
    ),
    "lastTrip": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_last_trip(vin),
        decode=_for_any_car(wire.decode_last_trip),
        decode_readings=wire.decode_last_trip_readings,
    ),
    "allTrips": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_all_trips(vin),
        decode=_for_any_car(wire.decode_all_trips),
        decode_readings=wire.decode_all_trips_readings,
    ),
    "weeklyPlanner": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_charging_profile(vin),
        decode=_for_any_car(read_charging_profile),
    ),
    "twoTimesTimer": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_charging_profile(vin),
        decode=_for_any_car(read_charging_profile),
    ),
    "destinations": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_destinations(vin), decode=_first(wire.decode_destinations)
    ),
    "rangemap": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_range_map(vin, device_time=DEVICE_TIME),
        decode=_for_any_car(wire.decode_range_map),
    ),
    "executionStatus": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_execution(vin, "LIGHT_FLASH"),
        decode=_for_any_car(wire.decode_execution),
    ),
    "serviceExecutionHistory": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_history(vin), decode=_first(wire.decode_history)
    ),
    "navigation": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_twin("navigation", vin),
        decode=_for_any_car(decode_navigation),
        decode_readings=wire.decode_navigation_readings,
    ),
    "cars": Answer(
        fetch=lambda scene, _vin: scene.portal.rest.fetch_vehicles(),
        decode=lambda body, vin: portal_wire.decode_vehicles(body)[CARS.index(vin)],
    ),
    "dynamic": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_dynamic(vin),
        decode=_for_any_car(decode_dynamic),
        decode_readings=decode_state_readings,
    ),
    "cbsMessages": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_dynamic(vin),
        decode=_first(lambda body: decode_dynamic(body).services),
        decode_readings=decode_state_readings,
    ),
    "specs": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_specs(vin),
        decode=_for_any_car(lambda body: portal_wire.decode_specs(body).sheet),
    ),
    "services": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_services(vin), decode=_first(portal_wire.decode_services)
    ),
    "servicepartner": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_service_partner(vin),
        decode=_for_any_car(lambda body: portal_wire.decode_service_partner(body).dealer),
    ),
    "image": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_images(vin, start_deg=0, step_deg=90, width_px=780),
        decode=_first(portal_wire.decode_images),
    ),
    "remoteServiceEvent": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_execution(vin), decode=_for_any_car(portal_wire.decode_event)
    ),
    "history": Answer(
        fetch=lambda scene, vin: scene.portal.rest.fetch_history(vin), decode=_first(portal_wire.decode_history)
    ),
    "efficiency": Answer(
        fetch=lambda scene, vin: scene.iremote.rest.fetch_twin("efficiency", vin),
        decode=_for_any_car(decode_efficiency),
    ),
    **APP_ANSWERS,
}
"""By the name that the facts have for an answer."""


@dataclass
class Door:
    """What went through the emulator's door; `change` alters an answer on its way out."""

    exchanges: list[Exchange] = field(default_factory=list)
    change: Callable[[dict[str, Any]], None] | None = None

    def rewrite(self, exchange: Exchange) -> bytes:
        if self.change is None:
            return exchange.response_body
        document = json.loads(exchange.response_body)
        self.change(document)
        return json.dumps(document).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """One answer as the SDK read it: values by BMW's field paths, and readings by descriptor.

    A field of a list has the values of all its items.
    """

    values: Mapping[str, Any]
    readings: Mapping[str, Reading]


@dataclass
class Scene:
    """The emulator, the SDKs signed in at it, and the door between them; `event_ids` are of commands to find a car."""

    emulator: Emulator
    iremote: IRemote
    portal: ConnectedDrive
    app: MyBmw
    door: Door
    event_ids: dict[Vin, str] = field(default_factory=dict)

    async def ask(self, name: str, vin: Vin) -> ReadAnswer:
        """Ask over HTTP, and check that what the SDK read is what went through the door."""
        answer = ANSWERS[name]
        body = await answer.fetch(self, vin)
        assert self.door.exchanges[-1].response_body == body
        readings: tuple[Reading, ...] = ()
        if answer.decode_readings is not None:
            with suppress(MalformedPayload):  # an answer of another car, or of no time
                readings = answer.decode_readings(body, AnswerStamp(vin=vin, received_at_ms=NOON_MS)).readings
        return ReadAnswer(
            values=values_by_field(name, answer.decode(body, vin)),
            readings={reading.descriptor: reading for reading in readings},
        )

    def retouch(self, vin: Vin, retouch: Callable[[CarTruth], CarTruth] | None) -> None:
        """Let the older services tell of a changed truth; None: of the truth."""
        retouches = self.emulator._cloud.account_vehicles.retouches
        retouches.pop(vin, None)
        if retouch is not None:
            retouches[vin] = retouch

    async def command(self, vin: Vin, name: str, *, then_s: float, **arguments: Any) -> None:
        """Have the people of a car do something, and let time pass."""
        self.emulator.garage.command(vin, name, **arguments)
        self.emulator.clock.jump(by_ms=round(then_s * 1000))
        await self.emulator.catch_up()


async def find_cars(scene: Scene) -> None:
    """Have the MyBMW app find the cars, one of which has a warning now."""
    await scene.command(PHEV, "warn", then_s=0)
    for vin in (BEV, PHEV):
        taken = decode_taken_command(await scene.app.rest.call("command-v4", {"vin": vin, "service": "vehicle-finder"}))
        scene.event_ids[vin] = taken.event_id or ""
    scene.emulator.clock.jump(by_ms=60_000)
    await scene.emulator.catch_up()


def values_by_field(name: str, model: Any) -> dict[str, Any]:
    """Return the values of a model by BMW's paths of their fields; of a list those of all its items."""
    typed = model.attributes if isinstance(model, Dynamic) else model
    values = {path: _follow(typed, attribute.path.split(".")) for path, attribute in read_attributes(name).items()}
    if isinstance(model, Dynamic):
        return {field: values.get(field, model.raw.get(field)) for field in FACTS_BY_NAME["dynamic"].fields}
    return values


def _follow(value: Any, names: list[str]) -> Any:
    if value is None or not names:
        return value
    name, *rest = names
    inner = getattr(value, name.removesuffix("[]"))
    if name.endswith("[]"):
        return tuple(_follow(item, rest) for item in inner or ())
    return _follow(inner, rest)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


SceneOf = Callable[..., AbstractAsyncContextManager[Scene]]
"""Makes a scene whose emulator has these settings changed."""


@pytest.fixture
def scene_of(session: ClientSession) -> SceneOf:
    @asynccontextmanager
    async def make(**changes: Any) -> AsyncIterator[Scene]:
        door = Door()
        usual = {"http_port": 0, "mqtt_port": 0, "speed": 0.0, "now_ms": NOON_MS, **STRICT_BUT_FOR_KEEP_ALIVE}
        settings = emulator_settings(**{**usual, **changes})
        async with (
            Emulator(settings, on_exchange=door.exchanges.append, rewrite=door.rewrite) as emulator,
            _sign_in(emulator, session) as (iremote, portal, app),
        ):
            yield Scene(emulator, iremote, portal, app, door)

    return make


@asynccontextmanager
async def _sign_in(emulator: Emulator, session: ClientSession) -> AsyncIterator[tuple[IRemote, ConnectedDrive, MyBmw]]:
    family = emulator.info.families["iremote"]
    login = BmwLogin(username=emulator.info.user, password=emulator.info.password)
    iremote = IRemote(
        tokens=MemoryTokens(),
        endpoints=Endpoints(
            api_url=family.base_url, app=App(key=AppKey(key=family.client_id, secret=family.client_secret))
        ),
        login=login,
        session=session,
        clock=HastyClock(emulator.clock),
    )
    portal = ConnectedDrive(
        tokens=MemoryTokens(),
        endpoints=PortalEndpoints(
            api_url=family.base_url,
            auth_url=family.base_url,
            app=Page(client_id=family.client_id, redirect_uri=family.redirect_uri),
        ),
        login=login,
        session=session,
        clock=HastyClock(emulator.clock),
    )
    app = MyBmw(
        tokens=MemoryTokens(),
        endpoints=AppEndpoints(
            api_url=family.base_url,
            app=PhoneApp(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024"),
        ),
        session=session,
        clock=HastyClock(emulator.clock),
    )
    async with iremote, portal, app:
        await app.sign_in(login, captcha="solved")
        yield iremote, portal, app


@pytest.fixture
async def scene(scene_of: SceneOf) -> AsyncIterator[Scene]:
    async with scene_of() as made:
        yield made


@pytest.fixture
async def lived(scene: Scene) -> Scene:
    """Cars with all that can be told of: a drive that is over, a charge under way, commands, a warning."""
    await scene.command(PHEV, "charge", soc_percent=20, then_s=0)
    await scene.command(BEV, "drive", km=12, then_s=1500)
    await scene.command(PHEV, "unplug", then_s=1500)
    await scene.command(BEV, "charge", soc_percent=50, then_s=60)
    await scene.command(BEV, "warn", then_s=60)
    await scene.iremote.rest.execute(BEV, {"serviceType": "LIGHT_FLASH"})
    await scene.portal.rest.execute(BEV, "RDL")
    return scene
