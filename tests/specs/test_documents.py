"""The descriptions are right by their formats, closed, and refuse what does not come."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
import openapi_spec_validator
import pytest
from tests.specs.instances import Place, make_instance, places_of

from bimmerhub.specs.reader import FOLDER, list_specs, read_spec

OPENAPI: Final = [spec.name for spec in list_specs() if spec.kind == "openapi"]
OURS: Final = [name for name in OPENAPI if name != "openapi/hub"]
SCHEMAS: Final = [spec.name for spec in list_specs() if spec.kind == "schema"]


@pytest.mark.parametrize("name", OPENAPI)
def test_document_is_openapi(name: str) -> None:
    openapi_spec_validator.validate(json.loads(read_spec(name)))


def test_hub_is_described_by_the_same_bytes() -> None:
    committed = FOLDER.parents[2] / "docs" / "reference" / "openapi.json"
    assert read_spec("openapi/hub") == committed.read_bytes()


@pytest.mark.parametrize("name", OURS)
def test_every_operation_is_described(name: str) -> None:
    document = json.loads(read_spec(name))
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["description"]
            assert operation["summary"]
            assert operation["x-evidence"] in {"F", "D", "C", "?"}
            assert any(status[0] in "23" for status in operation["responses"]), path


@pytest.mark.parametrize("name", [*OURS, *SCHEMAS])
def test_no_object_is_open(name: str) -> None:
    document = json.loads(read_spec(name))
    schemas = document.get("components", {}).get("schemas", document)
    is_open = [
        part
        for part in objects(schemas)
        if not isinstance(part.get("additionalProperties"), bool | dict) and "patternProperties" not in part
    ]
    assert is_open == []


def objects(part: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every subschema of an object."""
    if isinstance(part, dict):
        if "object" in (part.get("type") or ()):
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_changed_message_is_refused(name: str) -> None:
    schema = json.loads(read_spec(name))
    validator = jsonschema_rs.Draft202012Validator(schema)
    whole = make_instance(schema, schema)
    assert [error.message for error in validator.iter_errors(whole)] == []
    accepted = [change for change, changed in changes_of(schema, whole, root=schema) if validator.is_valid(changed)]
    assert accepted == []


@pytest.mark.parametrize("name", OURS)
def test_a_changed_part_of_a_message_is_refused(name: str) -> None:
    """Of each schema that messages are made of: of several that a message may have, every one."""
    document = json.loads(read_spec(name))
    schemas = document["components"]["schemas"]
    for title, schema in schemas.items():
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": schemas}})
        whole = make_instance(schema, document)
        assert [error.message for error in validator.iter_errors(whole)] == [], title
        changes = changes_of(schema, whole, root=document)
        assert [change for change, changed in changes if validator.is_valid(changed)] == [], title


def changes_of(schema: Mapping[str, Any], whole: Any, *, root: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what was done to a message, and the message: each required member left out, each enum another word."""
    for place in places_of(schema, root):
        for name in place.required:
            yield f"{place.path} without {name}", _changed(whole, place, name=name)
        if place.is_enum:
            yield f"{place.path} another word", _changed(whole, place)
        if place.is_closed:
            yield f"{place.path} with a member more", _changed(whole, place, more="surprise")


def _changed(whole: Any, place: Place, *, name: str | None = None, more: str | None = None) -> Any:
    copy = {"whole": json.loads(json.dumps(whole))}
    *above, last = ("whole", *place.path)
    target: Any = copy
    for step in above:
        target = target[step]
    if name is not None:
        del target[last][name]
    elif more is not None:
        target[last][more] = 1
    else:
        target[last] = "no such word"
    return copy["whole"]
