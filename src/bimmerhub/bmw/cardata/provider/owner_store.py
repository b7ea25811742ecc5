"""Where a provider keeps its owners: the port, and a folder with one file an owner.

A file holds the owner's record and tokens together, so that neither is ever without the other. A new consent is put
aside first, for BMW gives its tokens only once, and the owner may be held: who holds an owner takes it up from there.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec
from filelock import FileLock, Timeout
from typing_extensions import override

from bimmerhub.bmw.cardata.provider.owner import OwnerRecord, with_consent
from bimmerhub.bmw.tokens.token_places import RESERVE_BYTES, describe_place
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import draft_of, make_folder, replace_file, reserve, reserve_of, sync, write_hint
from bimmerhub.ids import Gcid
from bimmerhub.json_faults import NOT_JSON

_SUFFIX = ".owner.json"
WAIT_FOR_OWNER_S = 15.0
"""So long one waits for another process, or another task, to be done with an owner."""
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOwners:
    """Every owner by label and GCID, those whose consent has ended too, and why others could not be read."""

    records: tuple[OwnerRecord, ...]
    unreadable: tuple[StoreError, ...] = ()


class OwnerBusy(ConfigError):
    """Another process, or another part of this one, is at work for the owner."""


class OwnerStore(Protocol):
    """The owners of one provider."""

    def locate(self) -> str | None:
        """Return what tells this place from its copies (`token_places.describe_place`), None for nothing."""
        ...

    async def load_all(self) -> StoredOwners:
        """Return all that is kept, new consents included; one that cannot be read keeps nobody from the others."""
        ...

    async def load(self, gcid: Gcid) -> OwnerRecord | None:
        """Return one owner, new consents included; None for an unknown one."""
        ...

    async def save(self, record: OwnerRecord) -> None:
        """Replace what is kept of an owner; it is on disk when this returns."""
        ...

    async def put_aside(self, fresh: OwnerRecord) -> None:
        """Keep the record of one new consent beside what there is, whoever holds the owner; it is on disk then."""
        ...

    async def load_aside(self) -> tuple[OwnerRecord, ...]:
        """Return the new consents of all owners, oldest first. Cheap while there are none."""
        ...

    async def remove_aside(self, fresh: OwnerRecord) -> None:
        """Forget a new consent that is in the owner's record now."""
        ...

    async def erase(self, gcid: Gcid) -> None:
        """Forget an owner with all that is kept. Only who holds the owner may."""
        ...

    def hold(self, gcid: Gcid, *, waits: bool = True) -> AbstractAsyncContextManager[None]:
        """Keep every other process and task from this owner while the block runs.

        OwnerBusy when one has it, and does not let go for WAIT_FOR_OWNER_S if this `waits`.
        """
        ...


@runtime_checkable
class OwnerPlace(Protocol):
    """What an `OwnerStore` on a disk also has."""

    async def prepare(self, gcid: Gcid) -> None:
        """Make room for the next record of an owner; StoreError when it could not be stored now."""
        ...


class Seal(Protocol):
    """What keeps files secret from whoever copies them."""

    def seal(self, clear: bytes) -> bytes:
        """Return the sealed form, which does not begin with a brace."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Return the clear form; StoreError when it was sealed otherwise."""
        ...


class OwnerFolder(OwnerStore, OwnerPlace):
    """An OwnerStore in a folder that only its owner can read; any number of processes.

    Files are named by a hash: a GCID comes from BMW's answer, and is no safe name for a file. With a `seal` they are
    written sealed, and those from before are still read.
    """

    def __init__(self, path: Path | str, *, seal: Seal | None = None) -> None:
        self.path = Path(path)
        self._seal = seal

    @override
    def locate(self) -> str | None:
        self._make()
        return describe_place(self._aside)

    def calls_file(self, gcid: Gcid) -> Path:
        """Return where the REST calls of an owner are counted."""
        return self.path / f"{_name(gcid)}.calls.json"

    @override
    async def load_all(self) -> StoredOwners:
        return await asyncio.to_thread(self._load_all)

    @override
    async def load(self, gcid: Gcid) -> OwnerRecord | None:
        aside = await self.load_aside()  # first: who holds the owner writes the record before it removes these
        record = await asyncio.to_thread(self._read, self._file(gcid))
        for fresh in aside:
            if fresh.gcid == gcid:
                record = with_consent(record, fresh)
        return record

    @override
    async def save(self, record: OwnerRecord) -> None:
        await asyncio.to_thread(self._write, self._file(record.gcid), record)

    @override
    async def put_aside(self, fresh: OwnerRecord) -> None:
        await asyncio.to_thread(self._write, self._aside_file(fresh), fresh)

    @override
    async def load_aside(self) -> tuple[OwnerRecord, ...]:
        return await asyncio.to_thread(lambda: self._read_those(self._files_in(self._aside)).records)

    @override
    async def remove_aside(self, fresh: OwnerRecord) -> None:
        self._remove([self._aside_file(fresh)])

    @override
    async def erase(self, gcid: Gcid) -> None:
        aside = [file for file in self._files_in(self._aside) if file.name.startswith(_name(gcid))]
        self._remove([self._file(gcid), self.calls_file(gcid), *aside])
        with suppress(OSError):  # where a file in use cannot be removed, an empty one stays
            self._lock_file(gcid).unlink()

    @override
    @asynccontextmanager
    async def hold(self, gcid: Gcid, *, waits: bool = True) -> AsyncIterator[None]:
        self._make()
        lock = FileLock(self._lock_file(gcid), timeout=0, thread_local=False)
        try:
            async with asyncio.timeout(WAIT_FOR_OWNER_S if waits else 0):
                while not _is_taken(lock):  # noqa: ASYNC110 - the other one may be another process
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError as error:
            raise OwnerBusy(
                "another process, or another part of this one, is at work for this owner",
                hint="Stop the other one, or try again when it is done: BMW gives each token only once.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    @override
    async def prepare(self, gcid: Gcid) -> None:
        await asyncio.to_thread(self._prepare, gcid)

    def _prepare(self, gcid: Gcid) -> None:
        self._make()
        file = self._file(gcid)
        try:
            reserve(file, RESERVE_BYTES + (file.stat().st_size if file.exists() else 0))
        except OSError as error:
            raise self._no_room(error) from error

    @property
    def _aside(self) -> Path:
        return self.path / "new"

    def _make(self) -> None:
        try:
            make_folder(self.path)
            make_folder(self._aside)
        except OSError as error:
            raise StoreError(f"cannot use the folder {self.path}: {error.strerror}") from error

    def _file(self, gcid: Gcid) -> Path:
        return self.path / f"{_name(gcid)}{_SUFFIX}"

    def _aside_file(self, fresh: OwnerRecord) -> Path:
        return self._aside / f"{_name(fresh.gcid)}.{fresh.consent.given_at_ms:015}{_SUFFIX}"

    def _lock_file(self, gcid: Gcid) -> Path:
        return self.path / f"{_name(gcid)}.lock"

    def _load_all(self) -> StoredOwners:
        aside, stored = (self._read_those(self._files_in(folder)) for folder in (self._aside, self.path))
        owners: dict[Gcid, OwnerRecord] = {record.gcid: record for record in stored.records}
        for fresh in aside.records:
            owners[fresh.gcid] = with_consent(owners.get(fresh.gcid), fresh)
        records = sorted(owners.values(), key=lambda record: (record.label.casefold(), record.gcid))
        return StoredOwners(records=tuple(records), unreadable=(*stored.unreadable, *aside.unreadable))

    def _read_those(self, files: Sequence[Path]) -> StoredOwners:
        records: list[OwnerRecord] = []
        unreadable: list[StoreError] = []
        for file in files:
            try:
                record = self._read(file)
            except StoreError as error:
                unreadable.append(error)
            else:
                records += [] if record is None else [record]
        return StoredOwners(records=tuple(records), unreadable=tuple(unreadable))

    def _files_in(self, folder: Path) -> list[Path]:
        """Return the owners' files; none when there is no folder. A folder that cannot be read is not an empty one."""
        try:
            return sorted(file for file in folder.iterdir() if file.name.endswith(_SUFFIX))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read the folder {folder}: {error.strerror}") from error

    def _remove(self, files: Sequence[Path]) -> None:
        try:
            for file in files:
                draft_of(file).unlink(missing_ok=True)  # a crash may have left one, with tokens
                reserve_of(file).unlink(missing_ok=True)
                file.unlink(missing_ok=True)
            for folder in {file.parent for file in files}:
                if folder.exists():
                    sync(folder)
        except OSError as error:
            raise StoreError(f"cannot erase an owner in {self.path}: {error.strerror}") from error

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
        except (StoreError, *NOT_JSON) as error:
            hint = "Move it away: that one owner has to consent again. If the key is lost or another, put it back."
            raise StoreError(f"{file} is no record of an owner", hint=hint) from error

    def _write(self, file: Path, record: OwnerRecord) -> None:
        self._make()
        content = msgspec.json.encode(record)
        if self._seal is not None:
            content = self._seal.seal(content)
        try:
            replace_file(file, content)
        except OSError as error:
            raise self._no_room(error) from error

    def _no_room(self, error: OSError) -> StoreError:
        return StoreError(f"cannot write an owner to {self.path}: {error.strerror}", hint=write_hint(error))


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
