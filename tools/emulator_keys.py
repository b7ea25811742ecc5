"""One folder of certificates and keys for all emulators of a process: making them takes longer than a test."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def keys_dir() -> Path:
    """Return the folder. It is new for each process, and removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="bimmerhub-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
