"""Every family's operations, ready to be called at an emulator by their names: signed in to, with needed values."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import ClientSession

from bimmerhub.bmw import cardata, connecteddrive, inventory, iremote, mybmw, mygarage
from bimmerhub.bmw.cardata.ledger import MemoryLedger
from bimmerhub.bmw.cardata.operation_calls import CarDataOperations
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import AppKey, BmwLogin
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.bmw.tokens.token_set import TokenStore
from bimmerhub.emulator.app import Emulator
from tools.specs.china_sign_in import sign_in_in_china

VIN: Final = "WBY00000000E00001"
"""The emulator's first car."""
Values = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: an emulator's first account, by SDKs that live by `clock`."""

    emulator: Emulator
    session: ClientSession
    clock: Clock
    store: TokenStore

    @property
    def login(self) -> BmwLogin:
        """The account's name and password."""
        return BmwLogin(username=self.emulator.info.user, password=self.emulator.info.password)


Open = Callable[[Caller], AbstractAsyncContextManager[OperationCalls]]


@asynccontextmanager
async def open_cardata(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in by the device flow, approved at once."""
    info = caller.emulator.info
    endpoints = cardata.Endpoints(
        auth_url=info.base_url,
        api_url=info.base_url,
        stream_host=info.mqtt_host,
        stream_port=info.mqtt_port,
        ca_file=Path(info.ca_file),
    )
    sign_in = cardata.SignIn(client_id=info.client_id, endpoints=endpoints, session=caller.session, clock=caller.clock)
    code = await sign_in.start()
    caller.emulator.identity.decide(code.user_code, approve=True)
    await caller.store.save(await sign_in.wait())
    tokens = cardata.Tokens(
        client_id=info.client_id,
        store=caller.store,
        endpoints=endpoints,
        session=caller.session,
        clock=caller.clock,
    )
    rest = CarDataRest(
        tokens=tokens, ledger=MemoryLedger(), endpoints=endpoints, session=caller.session, clock=caller.clock
    )
    yield CarDataOperations(rest, now_ms=caller.clock.now_ms)


@asynccontextmanager
async def open_iremote(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in to i Remote by name and password."""
    app = iremote.App(key=AppKey(key="any", secret="any"))  # noqa: S106 - the emulator takes any
    endpoints = iremote.Endpoints(api_url=caller.emulator.info.base_url, app=app)
    async with iremote.IRemote(
        tokens=caller.store, endpoints=endpoints, login=caller.login, session=caller.session, clock=caller.clock
    ) as client:
        yield client.rest


@asynccontextmanager
async def open_portal(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in to the ConnectedDrive portal by name and password."""
    url = caller.emulator.info.base_url
    endpoints = connecteddrive.Endpoints(
        api_url=url, auth_url=url, countries_url=url, app=connecteddrive.App(client_id="any")
    )
    async with connecteddrive.ConnectedDrive(
        tokens=caller.store, endpoints=endpoints, login=caller.login, session=caller.session, clock=caller.clock
    ) as client:
        yield client.rest


@asynccontextmanager
async def open_mybmw(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in to the MyBMW app by name, password and a captcha, and in China."""
    app = mybmw.App(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024")
    endpoints = mybmw.Endpoints(api_url=caller.emulator.info.base_url, app=app)
    async with mybmw.MyBmw(
        tokens=caller.store, endpoints=endpoints, session=caller.session, clock=caller.clock
    ) as client:
        await client.sign_in(caller.login, captcha="solved")
        await sign_in_in_china(caller.emulator, caller.session, endpoints)
        yield client.rest


@asynccontextmanager
async def open_mygarage(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in to My Garage by name and password."""
    info = caller.emulator.info
    endpoints = mygarage.Endpoints.all_at(info.base_url, app=mygarage.SiteApp(client_id="any"))
    async with mygarage.MyGarage(
        tokens=caller.store, endpoints=endpoints, login=caller.login, session=caller.session, clock=caller.clock
    ) as client:
        yield client.rest.operations(info.vehicles[0].vin)


@asynccontextmanager
async def open_inventory(caller: Caller) -> AsyncIterator[OperationCalls]:
    """Sign in to the stock by the storefront's own key."""
    async with inventory.Inventory(
        storefront=inventory.Storefront(username="any", password="any"),  # noqa: S106 - the emulator takes any
        tokens=caller.store,
        endpoints=inventory.Endpoints.all_at(caller.emulator.info.base_url),
        session=caller.session,
        clock=caller.clock,
    ) as client:
        yield client.rest


OPEN: Final[Mapping[str, Open]] = {
    "cardata": open_cardata,
    "iremote": open_iremote,
    "connecteddrive": open_portal,
    "mybmw": open_mybmw,
    "mygarage": open_mygarage,
    "inventory": open_inventory,
}


VALUES: Final[Mapping[str, Values]] = {
    "cardata": {"descriptors": ["vehicle.vehicle.travelledDistance"]},
    "iremote": {"data": json.dumps({"poi": {"lat": 48.1, "lon": 11.5, "name": "Here"}})},
    "mybmw": {"body": {}},
    "mygarage": {"target": "/mybmw/resources/garage/getGarageVehiclesByGroupId"},
    "inventory": {"code": "24IJ"},
}
"""What a family's operations take; of another family the same name is another thing."""
BODIES: Final[Mapping[str, object]] = {
    "set-charging-profile": {
        "chargingMode": {
            "chargingPreference": "NO_PRESELECTION",
            "type": "CHARGING_IMMEDIATELY",
            "startTimeSlot": "0001-01-01T00:00:00.000",
            "endTimeSlot": "0001-01-01T00:00:00.000",
            "timerChange": "NO_CHANGE",
        },
        "departureTimer": {"type": "WEEKLY_DEPARTURE_TIMER", "weeklyTimers": []},
        "isPreconditionForDepartureActive": False,
        "servicePack": "TCB1",
    },
    "send-to-car-v1": {
        "vin": VIN,
        "location": {"name": "Here", "coordinates": {"latitude": 48.1, "longitude": 11.5}},
    },
    "send-to-car-v2": {
        "places": [{"position": {"lat": 48.1, "lng": 11.5}, "title": "Here"}],
        "vehicleInformation": {"vin": VIN},
    },
}
"""What is sent whole."""


def needed(operation: Operation, known: Mapping[str, object]) -> Values:
    """Return a value for every parameter that has to be given."""
    if operation.name in BODIES:
        known = {**known, "body": BODIES[operation.name]}
    wanted = [
        param for param in operation.params if param.name == "vin" or (param.is_required and param.default is None)
    ]
    return {param.name: known.get(param.name, (param.choices or ("any",))[0]) for param in wanted}


def _first_id(document: object, *names: str) -> object:
    """Return the id of the first item below names, looking into the first item of each list; None without one."""
    for name in (*names, "id"):
        document = document[0] if isinstance(document, list) and document else document
        document = document.get(name) if isinstance(document, dict) else None
    return document


def learned(body: bytes) -> Values:
    """Return the ids that an answer gives, for the operations that ask about them."""
    with suppress(ValueError):
        document = json.loads(body)
        if isinstance(document, dict):
            ids = {"event_id": document.get("eventId"), "container_id": document.get("containerId")}
            ids |= {"session_id": _first_id(document, "chargingSessions", "sessions")}
            ids |= {"trip_id": _first_id(document, "items", "trips")}
            return {name: value for name, value in ids.items() if value is not None}
    return {}
