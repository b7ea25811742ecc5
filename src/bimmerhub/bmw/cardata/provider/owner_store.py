"""Where a provider keeps its owners: the port, and a folder with one file an owner.

A file holds the owner's record and tokens together, so that neither is ever without the other.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
from filelock import FileLock, Timeout
from typing_extensions import override

from bimmerhub.bmw.cardata.provider.owner import OwnerRecord
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import draft_of, replace_file, sync
from bimmerhub.ids import Gcid

_SUFFIX = ".owner.json"
WAIT_FOR_OWNER_S = 15.0
"""So long one waits for another process, or another task, to be done with an owner."""
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOwners:
    """Every owner by label and GCID, those whose consent has ended too, and why others could not be read."""

    records: tuple[OwnerRecord, ...]
    unreadable: tuple[StoreError, ...] = ()


class OwnerStore(Protocol):
    """The owners of one provider."""

    async def load_all(self) -> StoredOwners:
        """Return all that is kept; one that cannot be read keeps nobody from the others."""
        ...

    async def load(self, gcid: Gcid) -> OwnerRecord | None:
        """Return one owner, None for an unknown one."""
        ...

    async def save(self, record: OwnerRecord) -> None:
        """Replace what is kept of an owner; it is on disk when this returns."""
        ...

    async def erase(self, gcid: Gcid) -> None:
        """Forget an owner with all that is kept."""
        ...

    def hold(self, gcid: Gcid) -> AbstractAsyncContextManager[None]:
        """Keep every other process and task from this owner while the block runs.

        ConfigError when one has it and does not let go for WAIT_FOR_OWNER_S.
        """
        ...


class Seal(Protocol):
    """What keeps files secret from whoever copies them."""

    def seal(self, clear: bytes) -> bytes:
        """Return the sealed form, which does not begin with a brace."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Return the clear form; StoreError when it was sealed otherwise."""
        ...


class OwnerFolder(OwnerStore):
    """An OwnerStore in a folder that only its owner can read; any number of processes.

    Files are named by a hash: a GCID comes from BMW's answer, and is no safe name for a file. With a `seal` they are
    written sealed, and those from before are still read.
    """

    def __init__(self, path: Path | str, *, seal: Seal | None = None) -> None:
        self.path = Path(path)
        self._seal = seal

    def calls_file(self, gcid: Gcid) -> Path:
        """Return where the REST calls of an owner are counted."""
        return self.path / f"{_name(gcid)}.calls.json"

    @override
    async def load_all(self) -> StoredOwners:
        return await asyncio.to_thread(self._load_all)

    @override
    async def load(self, gcid: Gcid) -> OwnerRecord | None:
        return await asyncio.to_thread(self._read, self._file(gcid))

    @override
    async def save(self, record: OwnerRecord) -> None:
        await asyncio.to_thread(self._write, record)

    @override
    async def erase(self, gcid: Gcid) -> None:
        try:
            for file in (self._file(gcid), self.calls_file(gcid)):
                draft_of(file).unlink(missing_ok=True)  # a crash may have left one, with tokens
                file.unlink(missing_ok=True)
            if self.path.exists():
                sync(self.path)
        except OSError as error:
            raise StoreError(f"cannot erase an owner in {self.path}: {error.strerror}") from error

    @override
    @asynccontextmanager
    async def hold(self, gcid: Gcid) -> AsyncIterator[None]:
        self._make()
        lock = FileLock(self.path / f"{_name(gcid)}.lock", timeout=0, thread_local=False)
        try:
            async with asyncio.timeout(WAIT_FOR_OWNER_S):
                while not _is_taken(lock):  # noqa: ASYNC110 - the other one may be another process
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError as error:
            raise ConfigError(
                "another process, or another part of this one, is at work for this owner",
                hint="Stop the other one, or try again when it is done: BMW gives each token only once.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot use the folder {self.path}: {error.strerror}") from error

    def _file(self, gcid: Gcid) -> Path:
        return self.path / f"{_name(gcid)}{_SUFFIX}"

    def _load_all(self) -> StoredOwners:
        records: list[OwnerRecord] = []
        unreadable: list[StoreError] = []
        for file in self._files():
            try:
                record = self._read(file)
            except StoreError as error:
                unreadable.append(error)
            else:
                records += [] if record is None else [record]
        records.sort(key=lambda record: (record.label.casefold(), record.gcid))
        return StoredOwners(records=tuple(records), unreadable=tuple(unreadable))

    def _files(self) -> list[Path]:
        """Return the owners' files; none when there is no folder. A folder that cannot be read is not an empty one."""
        try:
            return sorted(file for file in self.path.iterdir() if file.name.endswith(_SUFFIX))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read the folder {self.path}: {error.strerror}") from error

    def _read(self, file: Path) -> OwnerRecord | None:
        try:
            content = file.read_bytes()
            if self._seal is not None and not content.startswith(b"{"):
                content = self._seal.unseal(content)
            return msgspec.json.decode(content, type=OwnerRecord)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {file}: {error.strerror}") from error
        except (msgspec.DecodeError, StoreError) as error:
            hint = "Move it away: that one owner has to consent again. If the key is lost or another, put it back."
            raise StoreError(f"{file} is no record of an owner", hint=hint) from error

    def _write(self, record: OwnerRecord) -> None:
        self._make()
        content = msgspec.json.encode(record)
        if self._seal is not None:
            content = self._seal.seal(content)
        try:
            replace_file(self._file(record.gcid), content)
        except OSError as error:
            raise StoreError(f"cannot write an owner to {self.path}: {error.strerror}") from error


def _name(gcid: Gcid) -> str:
    return hashlib.sha256(gcid.encode()).hexdigest()[:24]


def _is_taken(lock: FileLock) -> bool:
    """Take the lock if nobody has it; tell whether that was so."""
    try:
        lock.acquire()
    except Timeout:
        return False
    except OSError as error:
        raise StoreError(f"cannot lock an owner: {error.strerror}") from error
    return True
