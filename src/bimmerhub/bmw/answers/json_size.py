"""How much a JSON document would become in memory, told before it is read. Pure.

A byte of JSON can become fifty in memory: `[[],[],...]` of 16 MiB is 350 MB of lists.
"""

from typing import Final

from bimmerhub.errors import MalformedPayload

SMALL_BYTES: Final = 1 << 20
"""What is smaller is not looked at: whatever it holds, it stays below 60 MB."""
MOST_CONTAINERS: Final = 200_000
MOST_VALUES: Final = 1_000_000


def check_json_size(body: bytes) -> None:
    """Raise MalformedPayload for a document of more objects and lists, or values, than any answer of BMW's has."""
    if len(body) <= SMALL_BYTES:
        return
    if body.count(b"[") + body.count(b"{") > MOST_CONTAINERS or body.count(b",") > MOST_VALUES:
        raise MalformedPayload("JSON of more values than anything that BMW sends")
