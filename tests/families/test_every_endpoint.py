"""Every endpoint of the older families has all five: the SDK's call, the emulator's answer, operation, request, test.

The SDK's call of each row is run at the emulator: a request of that method and path has to go through its door, and to
be answered. A gap in any of the five fails.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.families.sdk_calls import calling
from tools.families.endpoint_rows import ENDPOINTS, FORWARDED, EndpointRow
from tools.http_collections.description import load_collections
from tools.http_collections.requests import folders_of

from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.hub.calls.operation_tables import operations_of

OTHER_ADDRESSES = {"/webapi/oauth/token/", "/gcdm/usa/oauth/authenticate"}
"""Of an operation that our table has at another path; the SDK's endpoints take them."""
NONE_THERE = {"map-update", "recording-event", "recording-execute", "find-vehicle-resource"}
"""What the emulator answers with 404: its cars have no camera and no map update, and the last one is no address."""
TESTS = Path(__file__).parents[1]
SHORT = 12
"""Longer words are of one endpoint only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is there of a family: what the SDK's calls sent, the operations, their requests in collections, tests."""

    sent: Mapping[str, list[Exchange]]
    operations: Mapping[str, Operation]
    requests: frozenset[str]
    tests: Mapping[str, str]

    def gaps(self, row: EndpointRow) -> list[str]:
        """Return which of the five an endpoint lacks."""
        answers = [exchange for exchange in self.sent.get(row.call, ()) if is_of(row, exchange)]
        operation = self.operations.get(row.operation)
        has_operation = operation is not None and (
            (operation.method == row.method and row.path.endswith(operation.path)) or row.path in OTHER_ADDRESSES
        )
        is_answered = any(exchange.status < 400 for exchange in answers) or row.operation in NONE_THERE
        is_tested = any(words in text for words in words_of(row) for text in self.tests.values())
        columns = {
            "SDK": bool(answers),
            "emulator": is_answered,
            "operation": has_operation,
            "collection": row.operation in self.requests,
            "test": is_tested,
        }
        return [f"{row.method} {row.path} {row.says}: {name}" for name, is_there in columns.items() if not is_there]


def is_of(row: EndpointRow, exchange: Exchange) -> bool:
    """Tell whether a request is one of an endpoint."""
    path = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(row.path.rstrip("/"))) + "/?"
    said = f"{exchange.query} {exchange.request_body.decode(errors='replace')}"
    return exchange.method == row.method and re.fullmatch(path, exchange.path) is not None and row.says in said


def words_of(row: EndpointRow) -> tuple[str, ...]:
    """Return words by which a test of an endpoint is known: its operation, the SDK's method, the end of its path."""
    method = re.search(r"\.(\w+)\(", row.call)
    named = method[1] if method is not None and method[1] not in {"call", "sign_in", "renew"} else None
    *_, end = (part.strip("/") for part in re.split(r"\{\w+\}", row.path) if len(part) > 1)
    last = end.rpartition("/")[2]
    known_by = last if len(last) > SHORT else "/".join(end.split("/")[-3:])
    return (f'"{row.operation}"', *((f".{named}(",) if named else ()), known_by)


def texts_of(family: str) -> dict[str, str]:
    """Return the texts of the tests of a family, without those that go through whole tables."""
    folders = [TESTS / place for place in (f"bmw/{family}", f"emulator/{family}", "emulator/older", "emulator/remote")]
    files = [file for folder in folders for file in folder.rglob("*.py")] + [TESTS / "families" / "conftest.py"]
    files += [TESTS / "families" / "app_answers.py", TESTS / "collections" / "public_collections.toml"]
    tables = {"test_operations.py", "test_every_operation.py"}
    return {str(file): file.read_text("utf-8") for file in files if file.exists() and file.name not in tables}


def evidence_of(family: str, sent: Mapping[str, list[Exchange]]) -> Evidence:
    calls = [call for made in load_collections().values() for folder in folders_of(made) for call in folder.calls]
    named = [call.wants.operation.partition(".") for call in calls]
    return Evidence(
        sent=sent,
        operations=operations_of(family),
        requests=frozenset(name for id_, _, name in named if id_ == family),
        tests=texts_of(family),
    )


@pytest.mark.parametrize("family", ENDPOINTS)
async def test_every_endpoint_has_all_five(family: str) -> None:
    async with calling(family) as caller:
        for row in ENDPOINTS[family]:
            await caller.run(row.call)
        evidence = evidence_of(family, caller.sent)
    assert [gap for row in ENDPOINTS[family] for gap in evidence.gaps(row)] == []
    assert operations_of(family).keys() == {row.operation for row in ENDPOINTS[family]}


def row_of(operation: str) -> EndpointRow:
    return next(row for rows in ENDPOINTS.values() for row in rows if row.operation == operation)


async def test_a_gap_in_any_of_the_five_is_found() -> None:
    row = row_of("last-trip")
    async with calling("iremote") as caller:
        [sent] = await caller.run(row.call)
    whole = evidence_of("iremote", caller.sent)
    assert whole.gaps(row) == []
    for column, lacking in {
        "SDK": replace(whole, sent={row.call: [replace(sent, path="/webapi/v1/user/vehicles")]}),
        "emulator": replace(whole, sent={row.call: [replace(sent, status=404)]}),
        "operation": replace(whole, operations={**whole.operations, "last-trip": whole.operations["all-trips"]}),
        "collection": replace(whole, requests=whole.requests - {"last-trip"}),
        "test": replace(whole, tests={}),
    }.items():
        assert f": {column}" in "".join(lacking.gaps(row)), column


async def test_my_garage_forwards_to_every_target() -> None:
    async with calling("mygarage") as caller:
        garage = caller.names["garage"]
        assert await garage.fetch_targets() == FORWARDED
        for target in FORWARDED.values():
            answer = await garage.forward(target, vin=caller.names["vin"])
            assert answer.code == "200", target
