"""Shapes of `views` as answers: how they are encoded, and how a route says which one it gives.

FastAPI neither validates nor describes what we built ourselves. `json_answer` encodes a shape; `answer_of` names the
shapes in a route's declaration; `web.schemas` adds their schemas to the document.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec
from starlette.responses import Response

JSON: Final = "application/json"
SCHEMA_REF: Final = "#/components/schemas/{name}"

Shape = Any  # a class of `views`, or a generic one with its rows: Page[VehicleAnswer]
Declaration = dict[str, Any]  # FastAPI's own type for parts of a route's declaration

_encode = msgspec.json.Encoder().encode


def encode_shape(shape: msgspec.Struct) -> bytes:
    """Return a shape as JSON."""
    return _encode(shape)


def json_answer(shape: msgspec.Struct, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a shape as a JSON response."""
    return Response(_encode(shape), status_code=status, headers=headers, media_type=JSON)


def answer_of(*shapes: Shape) -> Declaration:
    """Return the keyword arguments that declare a route which answers with one of these shapes, as JSON."""
    return {"response_class": Response, "responses": {200: response_of(*shapes, description="Successful Response")}}


def response_of(*shapes: Shape, description: str, media_type: str = JSON) -> Declaration:
    """Return the declaration of one response that holds one of these shapes."""
    refs = [{"$ref": SCHEMA_REF.format(name=schema_name(shape))} for shape in shapes]
    return {
        "description": description,
        "content": {media_type: {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}},
    }


def schema_name(shape: Shape) -> str:
    """Return what msgspec calls the schema of a shape: `Page_VehicleAnswer_` for Page[VehicleAnswer]."""
    rows = get_args(shape)
    return f"{shape.__origin__.__name__}_{rows[0].__name__}_" if rows else str(shape.__name__)
