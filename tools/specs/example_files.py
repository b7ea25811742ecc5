"""The files of examples: what an emulator was asked and answered, `source/examples/NAME.json`."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tools.json_text import format_json
from tools.specs.sources import FOLDER

EXAMPLES: Final = FOLDER / "examples"


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One operation: its parameters by BMW's keys, the body (None: none), and the answers by status."""

    path: dict[str, str] = {}
    query: dict[str, str] = {}
    header: dict[str, str] = {}
    body: Any = None
    answers: dict[int, Any] = {}


def load_examples(name: str) -> Mapping[str, Example]:
    """Return the examples that a description shows, by operation; none when they were never taken."""
    file = EXAMPLES / f"{name}.json"
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Example]) if file.exists() else {}


def format_examples(examples: Mapping[str, Example]) -> str:
    """Return the text of a file of examples."""
    return format_json(json.loads(msgspec.json.encode(examples))) + "\n"
