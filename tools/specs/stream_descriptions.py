"""Whether a message of CarData's stream is as its schemas say."""

import json
from functools import cache
from typing import Any, Final

import jsonschema_rs

from bimmerhub.specs.reader import read_spec

MESSAGE: Final = "schemas/cardata/stream-message"
DESCRIPTORS: Final = "schemas/cardata/descriptors"


def problem_of_message(payload: bytes) -> str | None:
    """Return what of a message no schema allows, None when it is as described."""
    try:
        message: Any = json.loads(payload)
    except ValueError:
        return "a message of the stream is no JSON"
    for error in _validator(MESSAGE).iter_errors(message):
        return f"{MESSAGE}: {list(error.instance_path)}: {error.message}"
    values = {key: item["value"] for key, item in message["data"].items()}
    for error in _validator(DESCRIPTORS).iter_errors(values):
        return f"{DESCRIPTORS}: {list(error.instance_path)}: {error.message}"
    return None


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(read_spec(name)), validate_formats=True)
