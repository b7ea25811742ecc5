"""The one way to replace a file so that no crash or full disk leaves half of it, and what to do when that fails."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

DISK_FULL: Final = "The disk is full. Free some space."
READ_ONLY: Final = "Make the data directory and the files in it writable for this user, or name another: --data-dir DIR"

LARGEST_READ_BYTES: Final = 4 << 20
"""Of a file of settings or with a secret; none comes close."""

_HINTS: Final = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: "This user's share of the disk is full. Free some space.",
    errno.EFBIG: "The disk takes no larger file. Check its free space and limits on file sizes.",
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: "The disk is mounted read-only. Mount it for writing.",
}

_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


def write_hint(error: OSError) -> str | None:
    """Return what a person can do about a file that could not be written, None when that is not known."""
    return _HINTS.get(error.errno or 0)


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, readable by its owner only (0600); it is on the disk when this returns.

    Whoever reads `path` sees the old file or the whole new one, after a power cut too. The folder must exist, and only
    one writer at a time may replace the same file. OSError when it cannot be written: the old file is untouched then.
    """
    draft = draft_of(path)
    draft.unlink(missing_ok=True)  # a crash may have left one, and O_EXCL follows nobody's link
    with suppress(FileNotFoundError):
        reserve_of(path).rename(draft)
    try:
        with os.fdopen(_open_draft(draft), "wb") as file:
            file.write(content)
            file.flush()
            file.truncate()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def read_regular_file(path: Path, *, most_bytes: int = LARGEST_READ_BYTES) -> bytes:
    """Return a file that somebody named; OSError with its reason in `strerror`, whatever it is that cannot be read.

    What is no regular file is refused, and nothing is waited for: a pipe may never end.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a NUL in the name, or half a surrogate pair
        raise OSError(errno.EINVAL, "that cannot be the name of a file") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes")
    return content


def reserve(path: Path, size_bytes: int) -> None:
    """Take room on the disk for the next content of a file, which `replace_file` then writes there; it may be there.

    OSError when the disk has no room for it, or cannot be written. A program that must not fail to store an answer
    calls this before it asks.
    """
    place = reserve_of(path)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | _NO_LINK, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(size_bytes))  # zeros take no room on some disks
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            place.unlink(missing_ok=True)
        raise
    sync(path.parent)


def reserve_of(path: Path) -> Path:
    """Return the file that keeps room for the next content of a file."""
    return path.with_name(f"{path.name}.reserve")


def _open_draft(draft: Path) -> int:
    """Open the draft where room was kept for it, or else a new one."""
    with suppress(FileNotFoundError):
        return os.open(draft, os.O_WRONLY | _NO_LINK)
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def draft_of(path: Path) -> Path:
    """Return where the new content of a file is until it is whole; a crash may leave it there."""
    return path.with_name(f"{path.name}.new")


def remove_drafts(folder: Path, *patterns: str) -> None:
    """Remove what crashes left of files that were being replaced, of those that match; a disk that refuses keeps it.

    The caller is the only one who replaces these files.
    """
    for pattern in patterns:
        for draft in folder.glob(draft_of(Path(pattern)).as_posix()):
            with suppress(OSError):
                draft.unlink()


def make_folder(folder: Path, *, mode: int = 0o700) -> None:
    """Make a folder if it is not there, and those above it; its name outlives a power cut when this returns.

    OSError when it cannot be made. One above it that may not be opened keeps nobody from making it.
    """
    missing = [path for path in (folder, *folder.parents) if not path.is_dir()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for path in missing:
        with suppress(OSError):
            sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file's content, or a folder's names, to the disk: a rename outlives a power cut only after the latter."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
