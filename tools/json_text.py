"""JSON for people: what fits on one line stands on one line."""

import json
from typing import Final

LINE_CHARACTERS: Final = 120
INDENT: Final = 2


def format_json(value: object, *, is_sorted: bool = False) -> str:
    """Return a value as JSON without a last newline; `is_sorted` sorts the members of objects."""
    return _format(value, depth=0, used=0, is_sorted=is_sorted)


def _format(value: object, *, depth: int, used: int, is_sorted: bool) -> str:
    """Return `value` as JSON for a place `depth` levels deep, on whose line `used` characters stand already."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=is_sorted)
    if used + len(line) < LINE_CHARACTERS or not isinstance(value, dict | list) or not value:
        return line
    inner = "\n" + " " * INDENT * (depth + 1)
    if isinstance(value, list):
        parts = [_format(part, depth=depth + 1, used=len(inner), is_sorted=is_sorted) for part in value]
        return f"[{inner}{f',{inner}'.join(parts)}{inner[:-INDENT]}]"
    parts = []
    for name in sorted(value) if is_sorted else value:
        label = f"{json.dumps(name)}: "
        text = _format(value[name], depth=depth + 1, used=len(inner) + len(label), is_sorted=is_sorted)
        parts.append(label + text)
    return f"{{{inner}{f',{inner}'.join(parts)}{inner[:-INDENT]}}}"
