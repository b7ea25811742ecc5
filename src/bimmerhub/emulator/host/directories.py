"""The directory in which one emulator keeps what outlives a restart."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from bimmerhub.errors import StoreError


@contextlib.contextmanager
def opened_directory(path: Path | None) -> Iterator[Path]:
    """Make `path` private and give it; None: a temporary directory that goes with the block.

    StoreError when it cannot be used, or when another emulator uses it: each would write over the other's state.
    """
    if path is None:
        with tempfile.TemporaryDirectory(prefix="bimmerhub-emulator-") as temporary:
            yield Path(temporary)
        return
    make_private(path)
    with _locked(path):
        yield path


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    lock = FileLock(directory / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        hint = "Stop that one first, or give this one a directory of its own: --data-dir DIR"
        raise StoreError(f"another emulator keeps its state in {directory}", hint=hint) from error
    except OSError as error:
        raise _unusable(directory, error) from error
    try:
        yield
    finally:
        lock.release()


def make_private(directory: Path) -> None:
    """Make a directory for its owner only, if it is not there; StoreError when it cannot be used."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(directory, error) from error


def _unusable(directory: Path, error: OSError) -> StoreError:
    return StoreError(f"the emulator's data directory cannot be used: {error.strerror}", hint=f"Look at {directory}.")
