"""Every operation of every table, called once at the emulator by its name alone: each is answered."""

import math
from collections.abc import Iterable
from contextlib import suppress
from itertools import product
from typing import Final

import msgspec
import pytest
from tests.bmw.conftest import Cloud
from tools.specs.callers import OPEN, VALUES, VIN, Caller, Values, learned, needed
from yarl import URL

from bimmerhub.bmw import mybmw
from bimmerhub.bmw.mybmw.operations import CHINA
from bimmerhub.bmw.operations.operation import SIGN_IN, Operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.errors import BimmerhubError, ConfigError
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of

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
    caller = Caller(emulator=cloud.emulator, session=cloud.session, clock=cloud.clock, store=cloud.store)
    async with OPEN[family](caller) as calls:
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


ODD_VALUES: Final[tuple[object, ...]] = (
    *("", " ", "..", "a/b", "a\r\nb", "\u00fc", "\ud800", "x" * 100_000, "null", "[", "NaN", "1e999", "9" * 5_000),
    *(-1, 2**70, math.nan, math.inf, True, b"x", [], {}, [[]], {"a": {"b": [1]}}, ["\ud800"], {"\ud800": 1}, object()),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_odd_value_is_refused_before_anything_is_sent_or_can_be_sent(family: str) -> None:
    words = {"text": "x", "number": "1", "bool": "true", "json": "{}"}
    for operation in operations_of(family).values():
        usual = {param.name: next(iter(param.choices), words[param.kind]) for param in operation.params}
        for name, odd in product(usual, ODD_VALUES):
            with suppress(ConfigError):
                request = to_request(operation, {**usual, name: odd}, server_url="https://h", fillings={})
                assert str(URL(request.url)).startswith("https://h/")
                assert msgspec.json.encode((request.headers, request.query, request.form, request.json))
                assert all(text.isprintable() for text in request.headers.values())
