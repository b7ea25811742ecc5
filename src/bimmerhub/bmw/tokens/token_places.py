"""Where tokens are kept, as far as it matters for renewing them: room for the next ones, and which place it is.

BMW kills a refresh token when it is asked for the next one. So nobody asks before the answer has a place on the disk,
and a place that was copied with its tokens can tell that another one has used them: it is not the one that they note.
"""

import hashlib
import socket
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore

RESERVE_BYTES = 32 * 1024
"""Room for the tokens of any family, sealed: those with long id tokens take 10 KiB."""
_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


@runtime_checkable
class TokenPlace(Protocol):
    """What a `TokenStore` on a disk also has."""

    async def prepare(self) -> None:
        """Make room for the next tokens; StoreError when they could not be stored now."""
        ...

    def came_from(self, tokens: TokenSet) -> str | None:
        """Return where tokens were given that are not this place's own: it is a copy. None when they are, or may be."""
        ...


async def prepare(store: TokenStore) -> None:
    """See that the next tokens find room; StoreError otherwise. A store that knows nothing of room has always some."""
    if isinstance(store, TokenPlace):
        await store.prepare()


def came_from(store: TokenStore, tokens: TokenSet) -> str | None:
    """Return the place of which the store is a copy, as far as its tokens show; None when they show none."""
    return store.came_from(tokens) if isinstance(store, TokenPlace) else None


def describe_place(anchor: Path) -> str | None:
    """Return what tells a directory from its copies, and a person which one it is; None when it has no `anchor`.

    The anchor is something in it that is never replaced, such as its lock: a copy is another one, on this machine or
    elsewhere. What is moved within a disk keeps it.
    """
    try:
        number = anchor.stat().st_ino
    except OSError:
        return None
    mark = hashlib.sha256(f"{number}:{_machine()}".encode()).hexdigest()[:16]
    return f"{mark} {anchor.parent.absolute()} on {socket.gethostname()}"


def other_place(noted: str | None, here: str | None) -> str | None:
    """Return the place that was noted, for people, when it is another one than `here`."""
    if not noted or not here or noted.partition(" ")[0] == here.partition(" ")[0]:
        return None
    return noted.partition(" ")[2]


@cache
def _machine() -> str:
    """Return what tells this machine from others, "" for nothing: a container has another network card each time."""
    for file in _MACHINE_FILES:
        try:
            if words := file.read_text("ascii").strip():
                return words
        except (OSError, UnicodeDecodeError):
            continue
    return ""
