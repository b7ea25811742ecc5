"""The one way to replace a file so that neither a crash nor a full disk leaves half of it."""

import os
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, readable by its owner only (0600); it is on the disk when this returns.

    Whoever reads `path` sees the old file or the whole new one, after a power cut too. The folder must exist, and only
    one writer at a time may replace the same file. OSError when it cannot be written: the old file is untouched then.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # a crash may have left one, and O_EXCL follows nobody's link
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file's content, or a folder's names, to the disk: a rename outlives a power cut only after the latter."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
