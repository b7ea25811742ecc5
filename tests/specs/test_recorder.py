"""The recorder sees an answer that is not as described, at any emulator."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from starlette.datastructures import Headers
from tests.specs.recorder import IN_WORDS_ONLY, UNDESCRIBED, Recorder
from tools.specs.descriptions import problem_of
from tools.specs.example_files import Example, load_examples
from tools.specs.openapi_document import served_operations
from tools.specs.sources import load_sources

from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings

SOURCES = load_sources()
MAPPINGS = "/customers/vehicles/mappings"


def with_a_member_more(exchange: Exchange) -> bytes:
    return json.dumps({**json.loads(exchange.response_body), "surprise": 1}).encode()


def with_another_code(exchange: Exchange) -> bytes:
    return exchange.response_body.replace(b"CU-100", b"CU-999")


def as_it_is(exchange: Exchange) -> bytes:
    return exchange.response_body


@pytest.mark.parametrize(
    ("rewrite", "problems"), [(as_it_is, 0), (with_a_member_more, 1), (with_another_code, 1), (lambda _: b"no JSON", 1)]
)
async def test_a_changed_answer_is_noted(rewrite: Callable[[Exchange], bytes], problems: int) -> None:
    noted = Recorder()
    settings = EmulatorSettings(host=HostSettings(http_port=0, mqtt_port=0))
    async with (
        Emulator(settings, on_exchange=noted.note, rewrite=rewrite) as emulator,
        aiohttp.ClientSession(emulator.info.base_url) as session,
        session.get(MAPPINGS) as response,
    ):
        assert response.status == 401
    assert (noted.checked, len(noted.take())) == (1, problems)


async def test_every_emulator_is_heard(recorder: Recorder) -> None:
    before = recorder.checked
    settings = EmulatorSettings(host=HostSettings(http_port=0, mqtt_port=0))
    async with Emulator(settings) as emulator, aiohttp.ClientSession(emulator.info.base_url) as session:
        await session.get(MAPPINGS)
    assert recorder.checked == before + 1


@pytest.mark.parametrize("name", SOURCES)
def test_no_family_answers_otherwise_unnoted(name: str) -> None:
    rows, changed = served_operations(SOURCES[name]), 0
    for operation, example in load_examples(name).items():
        for status, body in example.answers.items():
            if isinstance(body, dict | list):
                exchange = exchange_of(rows[operation], example, status, body)
                assert problem_of(exchange) is None
                for other in changes_of(body):
                    changed += 1
                    assert problem_of(exchange_of(rows[operation], example, status, other)) is not None
    assert changed


def changes_of(body: Any) -> Iterator[Any]:
    """Yield an answer with another type, with a member more and in a list, each where there is room for it."""
    yield "no such answer"
    if isinstance(body, dict):
        yield {**body, "surprise": 1}
    elif body and isinstance(body[0], dict):
        yield [{**body[0], "surprise": 1}, *body[1:]]


def exchange_of(row: Operation, example: Example, status: int, body: object) -> Exchange:
    return Exchange(
        method=row.method,
        host="",
        path=row.path.format(**example.path),
        query="",
        headers=Headers(),
        request_body=urlencode(example.body).encode() if row.body == "form" else b"",
        status=status,
        media_type="application/json",
        response_body=json.dumps(body).encode(),
        faults=frozenset(),
    )


def test_faults_left_out_are_faults() -> None:
    assert FAULTS.keys() >= UNDESCRIBED | IN_WORDS_ONLY
