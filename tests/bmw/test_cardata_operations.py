"""CarData's table of operations and its client agree, by what goes over the wire."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pytest
from aiohttp import web
from tests.bmw.conftest import Cloud

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import MemoryLedger
from bimmerhub.bmw.cardata.operation_calls import CarDataOperations
from bimmerhub.bmw.cardata.operations import LEDGER_WORDS, OPERATIONS
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.errors import BmwUnavailable
from bimmerhub.ids import Descriptor, Vin

VIN: Final = Vin("WBA00000000000001")
CONTAINER: Final = "J00I035N193CD"
SINCE, UNTIL = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
WINDOW: Final = {"since": "2026-06-01T00:00:00.000Z", "until": "2026-07-01T00:00:00.000Z"}
WANTED: Final = Descriptor("vehicle.vehicle.travelledDistance")
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Ask = Callable[[CarDataRest], Awaitable[object]]


@dataclass
class Bmw:
    """A server that answers anything, and notes what it was asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): text for name, text in request.headers.items()}
        told = {name: headers.get(name) for name in ("authorization", "accept", "x-version", "content-type")}
        self.asked.append((request.method, request.path, dict(request.query), told, await request.text()))
        return web.json_response({"containerId": CONTAINER})


CASES: Final[Mapping[str, tuple[Ask, Mapping[str, object]]]] = {
    "mappings": (lambda rest: rest.fetch_mappings_json(), {}),
    "basic-data": (lambda rest: rest.fetch_basic_data_json(VIN), {"vin": VIN}),
    "telematic-data": (
        lambda rest: rest.fetch_telematic_data(VIN, CONTAINER),
        {"vin": VIN, "container_id": CONTAINER},
    ),
    "charging-history": (
        lambda rest: rest.fetch_charging_page_json(VIN, SINCE, UNTIL, next_token="two"),
        {"vin": VIN, **WINDOW, "next_token": "two"},
    ),
    "image": (lambda rest: rest.fetch_image_body(VIN), {"vin": VIN}),
    "tyre-diagnosis": (lambda rest: rest.fetch_tyre_diagnosis_json(VIN), {"vin": VIN}),
    "charging-settings": (
        lambda rest: rest.fetch_location_settings_page_json(VIN, next_token="two"),
        {"vin": VIN, "next_token": "two"},
    ),
    "containers": (lambda rest: rest.fetch_containers(), {}),
    "create-container": (
        lambda rest: rest.create_container(name="Mine", purpose="To see", descriptors=[WANTED]),
        {"name": "Mine", "purpose": "To see", "descriptors": [WANTED]},
    ),
    "container": (lambda rest: rest.fetch_container(CONTAINER), {"container_id": CONTAINER}),
    "delete-container": (lambda rest: rest.delete_container(CONTAINER), {"container_id": CONTAINER}),
}


def test_every_operation_is_compared() -> None:
    assert list(CASES) == list(OPERATIONS) == list(LEDGER_WORDS)


@pytest.mark.parametrize("name", CASES)
async def test_client_and_table_send_the_same(signed_in: Cloud, serve: Serve, name: str) -> None:
    bmw = Bmw()
    ledger = MemoryLedger()
    rest = CarDataRest(
        tokens=signed_in.tokens(),
        ledger=ledger,
        endpoints=Endpoints(auth_url=signed_in.endpoints.auth_url, api_url=await serve(bmw.handle)),
        session=signed_in.session,
        clock=signed_in.clock,
    )
    ask, values = CASES[name]
    with suppress(BmwUnavailable):  # this server's answer is none of a list
        await ask(rest)
    calls = CarDataOperations(rest, now_ms=signed_in.clock.now_ms)
    request = await calls.request_of(OPERATIONS[name], values)
    assert (await calls.send(request, changes=OPERATIONS[name].changes)).status == 200
    by_client, by_table = bmw.asked
    assert by_table == by_client
