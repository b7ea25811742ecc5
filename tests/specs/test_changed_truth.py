"""Were an answer of a family not as its description says, the tests would fail."""

import json
from typing import Any, Final

import pytest
from tests.specs.recorder import Recorder
from tools.specs.examples import answers_of
from tools.specs.openapi_document import operations_of
from tools.specs.sources import Source, load_sources
from tools.specs.tour import take_tour

from bimmerhub.emulator.host.door import Exchange

SOURCES: Final = load_sources()
SURPRISE: Final = "surprise"


def with_a_member_more(exchange: Exchange) -> bytes:
    """Return an answer whose object, or first object of a list, has one member that nobody described."""
    body: Any = json.loads(exchange.response_body) if exchange.media_type.endswith("json") else None
    changed = body[0] if isinstance(body, list) and body else body
    if not isinstance(changed, dict):
        return exchange.response_body
    changed[SURPRISE] = 1
    return json.dumps(body).encode()


def is_of_any_shape(source: Source, operation: str, status: int) -> bool:
    """Tell whether nobody knows what an operation answers: any JSON is described."""
    content = source.operations[operation].answers.get(status)
    return isinstance(content, str) and source.schemas[content].keys() <= {"title", "description"}


@pytest.mark.parametrize("name", SOURCES)
async def test_every_changed_answer_is_noted(name: str) -> None:
    source, noted = SOURCES[name], Recorder()
    operations = operations_of(source)
    tour = await take_tour(source.family, operations.values(), rewrite=with_a_member_more)
    unnoted, changed = set[str](), 0
    for operation, exchange in answers_of(tour, operations):
        if SURPRISE.encode() in exchange.response_body and not is_of_any_shape(source, operation, exchange.status):
            changed += 1
            noted.note(exchange)
            if not noted.take():
                unnoted.add(operation)
    assert changed
    assert unnoted == set()
