"""The shapes of a telematicData answer that are not the usual map of rows by descriptor. Pure.

BMW's servers send a map. BMW's guide prints one row as `{"name", "timestamp", "unit", "value"}` instead; no server was
seen to send that (2025-2026). It is understood alone or in a list, below `telematicData` or by itself.
"""

from bimmerhub.bmw.cardata.decoding.lenient_json import printable
from bimmerhub.errors import MalformedPayload

_MEMBER = "telematicData"
_NAME, _SHOWN_CHARACTERS = "name", 60


def telematic_rows(tree: object) -> list[tuple[str, object]]:
    """Return the rows of a decoded answer by descriptor, in its order; MalformedPayload when it is no such answer.

    A row of a list that has no name has an empty descriptor.
    """
    body = tree.get(_MEMBER, tree) if isinstance(tree, dict) else tree
    if _is_row(body):
        body = [body]
    if isinstance(body, list) and any(map(_is_row, body)):
        return [(str(row[_NAME]) if _is_row(row) else "", row) for row in body]
    if isinstance(body, dict) and body is not tree:
        return list(body.items())
    raise MalformedPayload(f"neither a map nor a list of rows: {printable(str(tree)[:_SHOWN_CHARACTERS])}")


def _is_row(value: object) -> bool:
    """Tell whether a value is a row as the guide prints it."""
    return isinstance(value, dict) and isinstance(value.get(_NAME), str) and "value" in value
