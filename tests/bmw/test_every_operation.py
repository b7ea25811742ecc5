"""Every operation of every table, called once at the emulator by its name alone: each is answered."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import pytest
from tests.bmw.conftest import Cloud

from bimmerhub.bmw import connecteddrive, inventory, iremote, mybmw, mygarage
from bimmerhub.bmw.cardata.ledger import MemoryLedger
from bimmerhub.bmw.cardata.operation_calls import CarDataOperations
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.gcdm.by_password import AppKey, BmwLogin
from bimmerhub.bmw.mybmw.operations import CHINA
from bimmerhub.bmw.operation import SIGN_IN, Operation
from bimmerhub.bmw.operation_rest import OperationCalls
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of

VIN: Final = "WBY00000000E00001"
"""The emulator's first car."""
Values = dict[str, object]
Open = Callable[[Cloud], AbstractAsyncContextManager[OperationCalls]]


def login(cloud: Cloud) -> BmwLogin:
    return BmwLogin(username=cloud.emulator.info.user, password=cloud.emulator.info.password)


@asynccontextmanager
async def open_cardata(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    await cloud.sign_in()
    rest = CarDataRest(
        tokens=cloud.tokens(),
        ledger=MemoryLedger(),
        endpoints=cloud.endpoints,
        session=cloud.session,
        clock=cloud.clock,
    )
    yield CarDataOperations(rest, now_ms=cloud.clock.now_ms)


@asynccontextmanager
async def open_iremote(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    app = iremote.App(key=AppKey(key="any", secret="any"))
    endpoints = iremote.Endpoints(api_url=cloud.emulator.info.base_url, app=app)
    async with iremote.IRemote(
        tokens=cloud.store, endpoints=endpoints, login=login(cloud), session=cloud.session, clock=cloud.clock
    ) as client:
        yield client.rest


@asynccontextmanager
async def open_portal(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    url = cloud.emulator.info.base_url
    endpoints = connecteddrive.Endpoints(
        api_url=url, auth_url=url, countries_url=url, app=connecteddrive.App(client_id="any")
    )
    async with connecteddrive.ConnectedDrive(
        tokens=cloud.store, endpoints=endpoints, login=login(cloud), session=cloud.session, clock=cloud.clock
    ) as client:
        yield client.rest


@asynccontextmanager
async def open_mybmw(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    app = mybmw.App(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024")
    endpoints = mybmw.Endpoints(api_url=cloud.emulator.info.base_url, app=app)
    async with mybmw.MyBmw(tokens=cloud.store, endpoints=endpoints, session=cloud.session, clock=cloud.clock) as client:
        await client.sign_in(login(cloud), captcha="solved")
        yield client.rest


@asynccontextmanager
async def open_mygarage(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    info = cloud.emulator.info
    endpoints = mygarage.Endpoints.all_at(info.base_url, app=mygarage.SiteApp(client_id="any"))
    async with mygarage.MyGarage(
        tokens=cloud.store, endpoints=endpoints, login=login(cloud), session=cloud.session, clock=cloud.clock
    ) as client:
        yield client.rest.operations(info.vehicles[0].vin)


@asynccontextmanager
async def open_inventory(cloud: Cloud) -> AsyncIterator[OperationCalls]:
    async with inventory.Inventory(
        storefront=inventory.Storefront(username="any", password="any"),
        tokens=cloud.store,
        endpoints=inventory.Endpoints.all_at(cloud.emulator.info.base_url),
        session=cloud.session,
        clock=cloud.clock,
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
REFUSED: Final = {
    "map-update": "404",
    "charging-session": "404",
    "trip": "404",
    "recording-event": "404",
    "recording-execute": "404",
    "find-vehicle-resource": "404",
    "service-forward": "404",
}
"""What is refused because there is none of it: the car has no session and no camera."""


def needed(operation: Operation, known: Mapping[str, object]) -> Values:
    """Return a value for every parameter that has to be given."""
    if operation.name in BODIES:
        known = {**known, "body": BODIES[operation.name]}
    wanted = [
        param for param in operation.params if param.name == "vin" or (param.is_required and param.default is None)
    ]
    return {param.name: known.get(param.name, (param.choices or ("any",))[0]) for param in wanted}


def learned(body: bytes) -> Values:
    """Return the ids that an answer gives, for the operations that ask about them."""
    with suppress(ValueError):
        document = json.loads(body)
        if isinstance(document, dict):
            ids = {"event_id": document.get("eventId"), "container_id": document.get("containerId")}
            return {name: value for name, value in ids.items() if value is not None}
    return {}


async def refusals(cloud: Cloud, calls: OperationCalls, operations: Iterable[Operation], known: Values) -> list[str]:
    """Call each operation, and return what was refused."""
    refused = []
    for operation in operations:
        try:
            request = await calls.request_of(operation, needed(operation, known))
            known |= learned((await calls.send(request, changes=operation.changes)).body)
        except BimmerhubError as error:
            if REFUSED.get(operation.name, "?") not in str(error):
                refused.append(f"{operation.name}: {error}")
        cloud.emulator.clock.jump(by_ms=60_000)
    return refused


@pytest.mark.parametrize("family", FAMILIES)
async def test_each_operation_is_answered(cloud: Cloud, family: str) -> None:
    table = [row for row in operations_of(family).values() if row.server != SIGN_IN and row.regions != CHINA]
    table.sort(key=lambda row: row.name != "create-container")  # another one asks for its values
    async with OPEN[family](cloud) as calls:
        known = {"vin": VIN, "vins": [VIN], "zip_code": "90210", **VALUES.get(family, {})}
        assert await refusals(cloud, calls, table, known) == []


async def test_each_operation_of_china_is_answered(cloud: Cloud) -> None:
    """By the steps of its sign-in too: they refuse what is no phone number and no password, in their envelope."""
    app = mybmw.App(version="4.9.2(36892)", build="AP2A.240605.024")
    endpoints = mybmw.Endpoints(region=mybmw.Region.CHINA, api_url=cloud.emulator.info.base_url, app=app)
    table = [row for row in operations_of("mybmw").values() if row.regions == CHINA]
    answers = dict[str, str]()
    async with mybmw.MyBmw(tokens=cloud.store, endpoints=endpoints, session=cloud.session, clock=cloud.clock) as client:
        for operation in table:
            request = await client.rest.request_of(operation, needed(operation, {}))
            try:
                await client.rest.send(request, changes=operation.changes)
            except BimmerhubError as error:
                answers[operation.name] = str(error)
    assert {row.name for row in table} - answers.keys() == {"cn-public-key", "cn-slider-captcha", "cn-create-captcha"}
    assert [name for name, words in answers.items() if "422" not in words and "699121" not in words] == []
