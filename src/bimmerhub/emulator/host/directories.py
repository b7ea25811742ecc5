"""The directory in which one emulator keeps what outlives a restart."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bimmerhub.errors import StoreError


@contextlib.contextmanager
def opened_directory(path: Path | None) -> Iterator[Path]:
    """Make `path` private and give it; None: a temporary directory that goes with the block. StoreError as below."""
    if path is None:
        with tempfile.TemporaryDirectory(prefix="bimmerhub-emulator-") as temporary:
            yield Path(temporary)
        return
    make_private(path)
    yield path


def make_private(directory: Path) -> None:
    """Make a directory for its owner only, if it is not there; StoreError when it cannot be used."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the emulator's data directory cannot be used: {error.strerror}", hint=f"Look at {directory}."
        ) from error
