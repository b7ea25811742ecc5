"""Every field of My Garage's and the stock's answers that the tables of facts have is in the descriptions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tools.families.american_facts import MY_GARAGE, STOCK, AnswerFields
from tools.specs.descriptions import Document
from tools.specs.openapi_document import operations_of
from tools.specs.sources import load_sources

from bimmerhub.specs.reader import read_spec

SOURCES = load_sources()
CASES = [("mygarage", answer) for answer in MY_GARAGE] + [("inventory", answer) for answer in STOCK]
BRANCHES = ("anyOf", "oneOf", "allOf")


@pytest.mark.parametrize(("family", "answer"), CASES, ids=lambda case: getattr(case, "name", case))
def test_fields_are_described(family: str, answer: AnswerFields) -> None:
    document = Document(family, json.loads(read_spec(f"openapi/{family}")))
    row = operations_of(SOURCES[family])[answer.operation]
    response = document.resolve(document.content["paths"][row.path][row.method.lower()]["responses"]["200"])
    schema = response["content"]["application/json"]["schema"]
    assert [name for name in answer.names if not is_described(document, schema, name.split("."))] == []


def is_described(document: Document, schema: Mapping[str, Any], path: list[str]) -> bool:
    """Tell whether a member, by a path of names that passes over lists, has a schema of its own or of a map."""
    if not path:
        return True
    name, *rest = path
    for part in alternatives(document, schema):
        inner = part.get("properties", {}).get(name, part.get("additionalProperties"))
        if isinstance(inner, Mapping) and is_described(document, inner, rest):
            return True
    return False


def alternatives(document: Document, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a schema may stand for: references followed, lists passed over, branches one by one."""
    schema = document.resolve(schema)
    branches = [inner for key in BRANCHES for inner in schema.get(key, ())]
    if "items" in schema:
        branches.append(schema["items"])
    if not branches:
        yield schema
    for branch in branches:
        yield from alternatives(document, branch)
