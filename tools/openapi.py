"""Write docs/reference/openapi.json from the routes: python -m tools.openapi. A test fails when it is stale."""

import json
from pathlib import Path
from typing import Final

from bimmerhub.web.app import describe_api

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"
LINE_CHARACTERS: Final = 120
INDENT: Final = 2


def format_document() -> str:
    """Return the document that the hub serves at /api/openapi.json, sorted, with what fits on one line on one line."""
    return _format(describe_api(), depth=0, used=0) + "\n"


def _format(value: object, *, depth: int, used: int) -> str:
    """Return `value` as JSON for a place `depth` levels deep, on whose line `used` characters stand already."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if used + len(line) < LINE_CHARACTERS or not isinstance(value, dict | list) or not value:
        return line
    inner = "\n" + " " * INDENT * (depth + 1)
    if isinstance(value, list):
        parts = [_format(part, depth=depth + 1, used=len(inner)) for part in value]
        return f"[{inner}{f',{inner}'.join(parts)}{inner[:-INDENT]}]"
    parts = []
    for name in sorted(value):
        label = f"{json.dumps(name)}: "
        parts.append(label + _format(value[name], depth=depth + 1, used=len(inner) + len(label)))
    return f"{{{inner}{f',{inner}'.join(parts)}{inner[:-INDENT]}}}"


if __name__ == "__main__":
    DOCUMENT.write_text(format_document(), "utf-8")
    print(f"{DOCUMENT}: written")
