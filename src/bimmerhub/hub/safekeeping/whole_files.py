"""New files that are whole or not there, on any disk: also one far away, or of a system that knows less than ours.

Until it is whole, a file is `NAME.RANDOM.partial`, so that two processes that write the same one do not meet, and held:
one that nobody holds was left by a process that was killed.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

from bimmerhub.errors import StoreError
from bimmerhub.files import sync, write_hint
from bimmerhub.hub.process.holding import hold, is_held

PARTIAL = ".partial"
"""What a file's name ends with until it is whole."""

_PIECE_BYTES = 1024 * 1024
_NOT_KNOWN_THERE = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM, errno.EACCES}


@contextmanager
def new_file(destination: Path) -> Iterator[BinaryIO]:
    """Give a file to write (0600); when the block ends well it is `destination`, on the disk, else nothing is left.

    StoreError when `destination` exists or cannot be written.
    """
    refuse_existing(destination)
    _remove_left(destination)
    partial = destination.with_name(f"{destination.name}.{secrets.token_hex(4)}{PARTIAL}")
    with naming(destination, "write"):
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                hold(file.fileno())
                yield file
                file.flush()
                os.fsync(file.fileno())
            give_name(partial, destination)
            sync_names(destination.parent)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def copy_file(source: Path, destination: Path) -> None:
    """Copy a file to a new one, and compare what is read back from there; StoreError when that is another, or fails."""
    digest = hashlib.sha256()
    with naming(source, "read"), source.open("rb") as file, new_file(destination) as target:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            target.write(piece)
    check_digest(destination, digest_of(destination), digest.digest())


def bring_file(source: Path, destination: Path) -> None:
    """Bring a whole file that is on the disk to a new name: by a second name where that can be, else by `copy_file`."""
    refuse_existing(destination)
    try:
        destination.hardlink_to(source)
        sync(destination.parent)
    except FileExistsError:
        refuse_existing(destination)
        raise
    except OSError:  # another disk, or one without second names
        with suppress(OSError):
            destination.unlink(missing_ok=True)
        copy_file(source, destination)


def check_digest(path: Path, digest: bytes, wanted: bytes) -> None:
    """Remove a file that reads otherwise than it was written, and raise StoreError."""
    if digest != wanted:
        with suppress(OSError):
            path.unlink()
        raise StoreError(f"{path} did not come back from the disk as it was written", hint="Check that disk.")


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file, read from the disk where the system can tell it to."""
    with naming(path, "read"), path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").digest()


def refuse_existing(destination: Path) -> None:
    """Raise StoreError when there is anything of that name."""
    if destination.is_dir():
        raise StoreError(f"{destination} is a folder", hint=f"Name a file in it: {destination / 'bimmerhub-copy'}")
    if os.path.lexists(destination):
        raise StoreError(f"{destination} exists already", hint="Name a file that does not exist yet.")


def give_name(partial: Path, destination: Path) -> None:
    """Give a whole file its name; OSError or StoreError, also when something has it by now: then it has not got it."""
    try:
        destination.hardlink_to(partial)
    except FileExistsError:
        refuse_existing(destination)
        raise
    except OSError as error:
        if error.errno not in _NOT_KNOWN_THERE:
            raise
        refuse_existing(destination)
        partial.rename(destination)  # a disk without second names
    with suppress(OSError):
        partial.unlink(missing_ok=True)


def sync_names(folder: Path) -> None:
    """Bring the names in a folder to the disk, where that has to be told; OSError when it fails."""
    try:
        sync(folder)
    except OSError as error:
        if error.errno not in _NOT_KNOWN_THERE:  # disks of other systems keep names without being told
            raise


@contextmanager
def naming(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError of the block into a StoreError that names the file; `doing` is a verb, as in "read"."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot {doing} {path}: {error.strerror or error}",
            hint=write_hint(error) or "Check the name and permissions.",
        ) from error


def _remove_left(destination: Path) -> None:
    """Remove what processes that were killed left of the same file."""
    with suppress(OSError):
        for partial in destination.parent.glob(f"{escape(destination.name)}.*{PARTIAL}"):
            middle = partial.name.removeprefix(f"{destination.name}.").removesuffix(PARTIAL)
            if middle.isalnum() and not is_held(partial):
                partial.unlink(missing_ok=True)
