"""The short notation of schemas, and drafts in it."""

import pytest
from tools.specs.draft import infer
from tools.specs.notation import expand


@pytest.mark.parametrize(
    ("short", "schema"),
    [
        ("string", {"type": "string"}),
        ("string or null", {"type": ["string", "null"]}),
        ("Vin", {"$ref": "#/components/schemas/Vin"}),
        ("Vin or null", {"anyOf": [{"$ref": "#/components/schemas/Vin"}, {"type": "null"}]}),
        (["Vin"], {"type": "array", "items": {"$ref": "#/components/schemas/Vin"}}),
        ({"$ref": "Vin", "description": "Its."}, {"$ref": "#/components/schemas/Vin", "description": "Its."}),
        ({"enum": ["A"]}, {"type": "string", "enum": ["A"]}),
        ({"enum": ["A", None]}, {"type": ["string", "null"], "enum": ["A", None]}),
        ({"const": 1}, {"const": 1}),
    ],
)
def test_short_cuts(short: object, schema: object) -> None:
    assert expand(short) == schema


def test_an_object_is_closed_and_its_members_are_required() -> None:
    assert expand({"title": "A car", "properties": {"vin": "Vin", "name?": ["string"]}}) == {
        "type": "object",
        "additionalProperties": False,
        "title": "A car",
        "properties": {
            "vin": {"$ref": "#/components/schemas/Vin"},
            "name": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["vin"],
    }


@pytest.mark.parametrize("wrong", ["string or nothing at all", ["string", "Vin"], 5, None])
def test_what_is_no_schema_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="not a schema"):
        expand(wrong)


@pytest.mark.parametrize(
    ("values", "short"),
    [
        ([1, 2], "integer"),
        ([1, 2.5], "number"),
        (["a", None], "string or null"),
        (["OPEN", "CLOSED"], {"enum": ["CLOSED", "OPEN"]}),
        (["2026-07-27T12:00:00Z"], {"type": "string", "format": "date-time"}),
        ([None], "null"),
        ([[], []], {"type": "array", "maxItems": 0}),
        ([[1], []], ["integer"]),
        ([1, "a"], {"type": ["integer", "string"]}),
        ([{"a": 1, "b": True}, {"a": 2}], {"properties": {"a": "integer", "b?": "boolean"}}),
    ],
)
def test_a_draft_fits_all_that_was_answered(values: list[object], short: object) -> None:
    assert infer(values) == short
    expand(short)
