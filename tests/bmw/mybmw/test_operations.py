"""The table of operations: whole, and such that a request can be made of each of its rows."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from tests.bmw.mybmw.answers import EVENT_ID, GCID, VIN

from bimmerhub.bmw.mybmw import operations
from bimmerhub.bmw.mybmw.endpoints import App, Endpoints, Region
from bimmerhub.bmw.mybmw.operations import OPERATIONS
from bimmerhub.bmw.mybmw.unsigned_calls import fillings
from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import name_of_path
from bimmerhub.errors import ConfigError

NOW_MS = 1_672_850_000_000
FILLINGS = fillings(Endpoints(app=App(subscription_key="key")), now_ms=NOW_MS, gcid=GCID)


def test_names_are_of_one_operation_each() -> None:
    rows = [
        row
        for value in vars(operations).values()
        if isinstance(value, tuple)
        for row in value
        if isinstance(row, Operation)
    ]
    assert [name for name, count in Counter(row.name for row in rows).items() if count > 1] == []
    assert [row.name for row in rows] == list(OPERATIONS)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in OPERATIONS)
    titles = Counter((row.group, row.title) for row in rows)
    assert [title for title, count in titles.items() if count > 1] == []


SAMPLES = {
    "vin": VIN,
    "service": "door-lock",
    "event_id": EVENT_ID,
    "body": {"a": 1},
    "position": "0.45",
    "verify_id": "v",
}


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_a_request_can_be_made(row: Operation) -> None:
    needed = {param.name: SAMPLES.get(param.name, "x") for param in row.params if param.is_required}
    request = to_request(row, needed, server_url="https://bmw.example.org", fillings=FILLINGS)
    assert "{" not in request.url
    assert urlsplit(request.url).path.count("/") == row.path.count("/")
    assert set(re.findall(r"\{(\w+)\}", row.path)) == {param.key for param in row.params if param.place == "path"}
    assert (request.json is not None) == (row.body == "json")
    assert (request.form is not None) == (row.body == "form")
    assert not [text for text in (request.query or {}).values() if "{" in text]
    assert row.changes <= (row.method != "GET")
    assert len({param.name for param in row.params}) == len(row.params)
    assert set(row.regions) <= set(Region)
    assert row.evidence in {"F", "D", "C", "?"}


def test_defaults_are_filled_in() -> None:
    sessions = to_request(OPERATIONS["charging-sessions-v2"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert sessions.query == {
        "vin": VIN,
        "date": "2023-01-01T00:00:00.000Z",
        "maxResults": "40",
        "include_date_picker": "false",
    }
    trips = to_request(OPERATIONS["trips"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert (trips.headers["x-gcid"], (trips.query or {})["date"]) == (GCID, "2023-01")
    report = to_request(OPERATIONS["charging-report"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert report.query == {"vin": VIN, "currentDate": "2023-01-04", "format": "xlsx"}


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS.values() if operation.params])
def test_text_that_is_not_utf_8_is_refused_before_anything_is_sent(name: str) -> None:
    operation = OPERATIONS[name]
    values = {param.name: "\udcff" for param in operation.params}
    with pytest.raises(ConfigError):
        to_request(operation, values, server_url="", fillings=FILLINGS)


def test_bare_path_is_named_without_its_query() -> None:
    assert name_of_path(f"/x/{VIN}/{'y' * 300}?key=secret").startswith("/x/…")
    assert name_of_path("/x?key=secret") == "/x"
