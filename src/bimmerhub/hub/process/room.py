"""Whether a data directory can be written at all: a full or read-only disk lets the hub read only."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from bimmerhub.errors import StoreError
from bimmerhub.files import write_hint

_PROBE: Final = ".bimmerhub-room"
_PROBE_BYTES: Final = 256 * 1024
"""What a hub writes when it starts: the log of its database, and its notes."""


def find_no_room(*folders: Path) -> StoreError | None:
    """Return why one of these folders cannot be written now, None when all can; costs writing 256 KiB."""
    for folder in folders:
        probe = folder / _PROBE
        try:
            with os.fdopen(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(os.urandom(_PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return StoreError(f"{folder} cannot be written: {error.strerror}", hint=write_hint(error))
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)
    return None
