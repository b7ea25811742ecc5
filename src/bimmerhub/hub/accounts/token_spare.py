"""A spare place for an account's sealed tokens, for when the database takes nothing: a file that has its room already.

It has two slots, written in turns: what was in it stays whole while the next is written. Writing takes no room on the
disk, so a disk that is full for days keeps nobody from renewing a sign-in.
"""

import hashlib
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bimmerhub.bmw.tokens.token_places import RESERVE_BYTES
from bimmerhub.errors import StoreError
from bimmerhub.files import sync, write_hint

_HEADER: Final = struct.Struct(">8sQI32s")
"""Magic, number of the writing, length and SHA-256 of the content."""
_MAGIC: Final = b"BHSPARE1"
_SLOTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    place: int
    number: int
    content: bytes


class TokenSpare:
    """The spare place of one account, in a file of its own (0600)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Take the file's room if it has none yet, and see that it can be written; StoreError when it cannot."""
        try:
            if not self._path.exists() or self._path.stat().st_size < _SLOTS * RESERVE_BYTES:
                content = self.load()
                self._make()
                if content is not None:
                    self.save(content)
            slots = self._slots()
            self._put(_free_place(slots), b"\0" * _HEADER.size)
        except OSError as error:
            raise self._unfit(error) from error

    def save(self, content: bytes) -> None:
        """Write content; it is on the disk when this returns. StoreError when the file is not there or not writable."""
        if len(content) > RESERVE_BYTES - _HEADER.size:
            raise StoreError(f"{self._path} is too small for these tokens")
        try:
            slots = self._slots()
            number = max((slot.number for slot in slots), default=0) + 1
            header = _HEADER.pack(_MAGIC, number, len(content), hashlib.sha256(content).digest())
            self._put(_free_place(slots), header + content)
        except OSError as error:
            raise self._unfit(error) from error

    def load(self) -> bytes | None:
        """Return what was written last, None when there is nothing or it cannot be read."""
        with suppress(OSError):
            slots = self._slots()
            if slots:
                return max(slots, key=lambda slot: slot.number).content
        return None

    def clear(self) -> None:
        """Forget what was written, and keep the room; a disk that refuses keeps it, and the database's tokens win."""
        with suppress(OSError):
            for slot in self._slots():
                self._put(slot.place, b"\0" * (_HEADER.size + len(slot.content)))

    def remove(self) -> None:
        """Forget the file: the account is signed out. StoreError when it stays."""
        try:
            self.clear()
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unfit(error) from error

    def _make(self) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.urandom(_SLOTS * RESERVE_BYTES))  # zeros take no room on some disks
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise
        sync(self._path.parent)

    def _put(self, place: int, content: bytes) -> None:
        with self._path.open("r+b", buffering=0) as file:
            file.seek(place * RESERVE_BYTES)
            file.write(content)
            os.fsync(file.fileno())

    def _slots(self) -> list[_Slot]:
        """Return the slots that hold something whole."""
        slots: list[_Slot] = []
        if not self._path.exists():
            return slots
        content = self._path.read_bytes()
        for place in range(_SLOTS):
            start = place * RESERVE_BYTES
            header, rest = content[start : start + _HEADER.size], content[start + _HEADER.size : start + RESERVE_BYTES]
            if len(header) < _HEADER.size or not header.startswith(_MAGIC):
                continue
            _, number, length, digest = _HEADER.unpack(header)
            if hashlib.sha256(rest[:length]).digest() == digest:
                slots.append(_Slot(place=place, number=number, content=rest[:length]))
        return slots

    def _unfit(self, error: OSError) -> StoreError:
        return StoreError(f"cannot write {self._path}: {error.strerror}", hint=write_hint(error))


def _free_place(slots: list[_Slot]) -> int:
    """Return the slot to write next: never the newest one."""
    newest = max(slots, key=lambda slot: slot.number, default=None)
    return 0 if newest is None else (newest.place + 1) % _SLOTS
