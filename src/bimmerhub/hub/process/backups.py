"""Where backups were written, noted in the data directory, so that an erased vehicle can be looked for in them."""

import json
from contextlib import suppress
from pathlib import Path

from bimmerhub.files import replace_file

NOTE = "backups.json"


def note_backup(data_dir: Path, backup: Path) -> None:
    """Remember a backup; a data directory that cannot be written remembers none."""
    with suppress(OSError):
        replace_file(data_dir / NOTE, json.dumps([*map(str, {*load_backups(data_dir), backup.absolute()})]).encode())


def load_backups(data_dir: Path) -> list[Path]:
    """Return where backups were written, whether they are still there or not."""
    with suppress(OSError, ValueError, RecursionError, TypeError):
        return [Path(path) for path in sorted(json.loads((data_dir / NOTE).read_bytes()))]
    return []
