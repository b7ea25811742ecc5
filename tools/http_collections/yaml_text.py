"""YAML, as much of it as the collections need: objects, lists, texts, numbers and bools."""

import json
from collections.abc import Iterator
from typing import Any


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML; texts of several lines stand as blocks."""
    return "\n".join(_lines(document)) + "\n"


def _lines(value: dict[str, Any] | list[Any]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            inner = list(_lines(item)) if isinstance(item, dict) else [json.dumps(item, ensure_ascii=False)]
            yield f"- {inner[0]}"
            yield from (f"  {line}".rstrip() for line in inner[1:])
        return
    for key, item in value.items():
        if isinstance(item, dict | list) and item:
            yield f"{key}:"
            yield from (f"  {line}".rstrip() for line in _lines(item))
        elif isinstance(item, str) and "\n" in item:
            yield f"{key}: |-"
            yield from (f"  {line}".rstrip() for line in item.rstrip("\n").split("\n"))
        else:
            yield f"{key}: {json.dumps(item, ensure_ascii=False)}"
