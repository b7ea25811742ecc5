"""Whatever a client sends to any route, the hub answers with what it has or says what is wrong: never with a 500.

The routes come from the OpenAPI document, so that a new one is tried from its first day.
"""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hub.conftest import ACCOUNT, VIN, Cloud, message, owner
from yarl import URL

from bimmerhub.hub.app import Hub
from bimmerhub.web.app import describe_api

HUGE = 2**64
AWKWARD_JSON = (
    b'{"client_id":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"client_id":"\\u0000"}',
    b'{"client_id":1e999}',
    b'{"client_id":NaN}',
    b'{"client_id":%d}' % HUGE,
    b'{"client_id":"a","client_id":"b"}',
    b'{"client_id":"%b"}' % (b"x" * 100_000),
    b'{"name":"\\ud800","purpose":"\\u0000","descriptors":["\\udc00"]}',
    b'{"name":"","purpose":"","descriptors":[]}',
    b"[" * 100_000,
    b'{"client_id":' * 5_000,
    b'"\xed\xa0\x80"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"9" * 5_000,
    b"null",
    b"",
)
AWKWARD_TEXT = (
    b"\x00",
    b"\xed\xa0\x80",
    b"\xff",
    b"..",
    b"%",
    b"a" * 3_000,
    b"9" * 5_000,
    str(HUGE).encode(),
    b"1e999",
)


@dataclass(frozen=True)
class Route:
    """One operation of the API: `names` are those of its query parameters."""

    method: str
    path: str
    names: tuple[str, ...]


def described_routes() -> list[Route]:
    """Return every operation of the API."""
    return [
        Route(
            method=method.upper(),
            path=path,
            names=tuple(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"),
        )
        for path, operations in describe_api()["paths"].items()
        for method, operation in operations.items()
    ]


ROUTES = described_routes()
WRITING = [route for route in ROUTES if route.method != "GET"]

texts = st.one_of(st.sampled_from(AWKWARD_TEXT), st.binary(min_size=1, max_size=30))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None, categories=("Cs", "Lu", "Cc", "So")), max_size=20),
)
names = st.sampled_from(["client_id", "name", "purpose", "descriptors", "x"])
trees = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner)))
bodies = st.one_of(
    st.sampled_from(AWKWARD_JSON),
    trees.map(lambda tree: json.dumps(tree).encode()),
    st.dictionaries(names, scalars).map(lambda tree: json.dumps(tree).encode()),
    st.binary(max_size=40),
)

PATH_TEXTS = {
    "vin": VIN.encode(),
    "name": ACCOUNT.encode(),
    "refused_id": b"1",
    "container_id": b"J00I035N193CD",
    "command_id": b"1",
    "charge_id": b"1",
}


@pytest.fixture
async def hub(cloud: Cloud) -> AsyncIterator[Hub]:
    """A hub with one vehicle, which connects to nothing."""
    async with cloud.hub(goes_live=False) as running:
        async with cloud.session.post(
            f"{running.address}/api/v1/imports", data=message(1), headers=owner(cloud.data_dir)
        ) as answer:
            assert answer.status == 200
        yield running


odd_requests = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def ask(cloud: Cloud, hub: Hub, route: Route, target: str, *, body: bytes | None = None) -> None:
    """Send the request; the test fails unless the answer is one of the API's own."""
    url = URL(f"{hub.address}{target}", encoded=True)
    headers = owner(cloud.data_dir) | ({} if body is None else {"content-type": "application/json"})
    async with cloud.session.request(route.method, url, data=body, headers=headers) as answer:
        is_endless = answer.content_type == "text/event-stream"
        text = "" if is_endless else await answer.text()
    assert answer.status < 500, (route, answer.status, text)
    if answer.status >= 400:
        assert json.loads(text)["error"]["message"], route


def fill_path(route: Route, texts: dict[str, bytes]) -> str:
    return re.sub(r"{(\w+)}", lambda match: quote_from_bytes(texts[match[1]], safe=""), route.path)


@odd_requests
@given(route=st.sampled_from(WRITING), body=bodies)
async def test_any_body_has_an_answer(cloud: Cloud, hub: Hub, route: Route, body: bytes) -> None:
    await ask(cloud, hub, route, fill_path(route, PATH_TEXTS), body=body)


@odd_requests
@given(route=st.sampled_from(ROUTES), chosen=st.data())
async def test_any_path_and_query_have_an_answer(cloud: Cloud, hub: Hub, route: Route, chosen: st.DataObject) -> None:
    path = fill_path(route, {name: chosen.draw(st.one_of(st.just(usual), texts)) for name, usual in PATH_TEXTS.items()})
    query = [(name, chosen.draw(texts)) for name in route.names if chosen.draw(st.booleans())]
    query += query[:1] if chosen.draw(st.booleans()) else []
    text = "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in query)
    await ask(cloud, hub, route, f"{path}?{text}" if text else path)


async def test_every_awkward_body_is_refused_by_every_route_that_reads_one(cloud: Cloud, hub: Hub) -> None:
    for route in WRITING:
        for body in AWKWARD_JSON:
            await ask(cloud, hub, route, fill_path(route, PATH_TEXTS), body=body)
    async with cloud.session.get(f"{hub.address}/api/v1/accounts") as answer:
        assert (answer.status, (await answer.json())["items"]) == (200, [])


async def test_a_body_that_cannot_be_read_is_described(cloud: Cloud, hub: Hub) -> None:
    url = f"{hub.address}/api/v1/accounts/x/sign-in"
    messages = {}
    refused = {
        b'{"client_id":"\\ud800"}': (422, "invalid_request"),
        b"{" + b" " * 1_048_576: (413, "content_too_large"),
    }
    for body, expected in refused.items():
        headers = owner(cloud.data_dir) | {"content-type": "application/json"}
        async with cloud.session.post(url, data=BytesIO(body), headers=headers) as answer:
            error = (await answer.json())["error"]
        assert (answer.status, error["kind"]) == expected
        messages[body[:3]] = error["message"]
    assert "cannot be read" in messages[b'{"c']
    assert "1 MiB" in messages[b"{  "]
