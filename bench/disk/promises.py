"""What a hub had promised at each place of a record: read from what it sent, and from what the bench marked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.disk.recorder import Kind, Operation

ROTATED: Final = b"rotated "
"""A mark: BMW answers with new tokens; the refresh token follows."""
IMPORTED: Final = b"imported"
"""A mark: an import has said that it is done."""
DONE: Final = b"done"
"""A mark: the command that is looked at has said that it is done."""
_TOLD: Final = re.compile(rb'"descriptor":"bench\.[^}]*?"value":(\d+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What has to be there after a loss of power.

    `told` readings were told to somebody. `least` and `newest` count the refresh tokens that BMW gave: of these, the
    hub had acted on the first, so that it had stored it; those after it may have been on their way.
    """

    told: int = 0
    least: int = 0
    newest: int = 0
    is_done: bool = False


@dataclass(slots=True)
class Promises:
    """The promises of a whole record; `values` are the readings in the order in which they were told first."""

    values: list[int] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    at: list[Promise] = field(default_factory=list)

    def told_at(self, place: int) -> set[int]:
        """Return the readings that were told before that place."""
        return set(self.values[: self.at[place].told])


def read_promises(
    operations: Sequence[Operation], *, stream_port: int, imported: Collection[int] = (), before: Promises | None = None
) -> Promises:
    """Return what was promised after each number of operations, from 0 on, and `before` the record began.

    The hub connects its stream anew with tokens that it has stored. `imported` is promised by the mark of an import.
    """
    promises = Promises()
    if before is not None:
        promises.values, promises.refresh_tokens = list(before.values), list(before.refresh_tokens)
    told, least, is_done = set(promises.values), len(promises.refresh_tokens), False
    promises.at.append(Promise(told=len(told), least=least, newest=least))
    for operation in operations:
        fresh: list[int] = []
        match operation.kind:
            case Kind.SENT:
                fresh = [value for value in map(int, _TOLD.findall(operation.data)) if value not in told]
            case Kind.CONNECT if operation.offset == stream_port:
                least = len(promises.refresh_tokens)
            case Kind.MARK if operation.data.startswith(ROTATED):
                promises.refresh_tokens.append(operation.data.removeprefix(ROTATED).decode())
            case Kind.MARK if operation.data == IMPORTED:
                fresh = sorted(imported)
            case Kind.MARK if operation.data == DONE:
                is_done = True
        promises.values += fresh
        told.update(fresh)
        newest = len(promises.refresh_tokens)
        promises.at.append(Promise(told=len(told), least=least, newest=newest, is_done=is_done))
    return promises
