"""What is done with backups in a process of its own: `python -m bimmerhub.hub.safekeeping.backup_worker`.

The hub starts one for each step. A disk far away can hang for hours, and a process can be killed where a thread cannot;
checking a large database would also take the hub's time. The step comes as JSON on standard input, so that no list of
processes shows a passphrase; what came of it goes to standard output.
"""

import os
import sys
from pathlib import Path

import msgspec

from bimmerhub.errors import BimmerhubError, StoreDamaged
from bimmerhub.files import make_folder, write_hint
from bimmerhub.hub.safekeeping.backup_names import parse_name
from bimmerhub.hub.safekeeping.history_files import make_backup, try_restore
from bimmerhub.hub.safekeeping.whole_files import PARTIAL, copy_file

_NICE = 10


class Make(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """Write a backup of the database to a new file."""

    database: Path
    file: Path
    passphrase: str | None

    def __repr__(self) -> str:
        """Show everything but the passphrase."""
        return f"Make(database={self.database!r}, file={self.file!r})"


class Copy(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """Copy a backup to another directory."""

    file: Path
    directory: Path


class Try(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """Restore a backup on trial, from where it lies, below the directory `scratch`."""

    file: Path
    scratch: Path
    passphrase: str | None

    def __repr__(self) -> str:
        """Show everything but the passphrase."""
        return f"Try(file={self.file!r}, scratch={self.scratch!r})"


class List(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """List the backups of the hub with this key in a directory, and clear what it left unfinished there."""

    directory: Path
    key: str


class Remove(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """Remove backups of the hub with this key from a directory."""

    directory: Path
    key: str
    names: list[str]


Step = Make | Copy | Try | List | Remove


class StepOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a step: how large the backup is; on which disk; names.

    Or why it failed, in words, and whether that was damage of the database.
    """

    size_bytes: int = 0
    is_same_disk: bool = False
    names: list[str] = []
    error: str | None = None
    is_damaged: bool = False


def work(step: Step) -> StepOutcome:
    """Do the step; StoreError or OSError when that is impossible."""
    match step:
        case Make():
            make_folder(step.file.parent)
            make_backup(step.database, step.file, step.passphrase)
            is_same_disk = step.file.stat().st_dev == step.database.stat().st_dev
            return StepOutcome(size_bytes=step.file.stat().st_size, is_same_disk=is_same_disk)
        case Copy():
            return _copy(step.file, step.directory)
        case Try():
            try_restore(step.file, step.scratch, step.passphrase)
            return StepOutcome(size_bytes=step.file.stat().st_size)
        case List():
            return StepOutcome(names=_list(step.directory, step.key))
        case Remove():
            return StepOutcome(names=[name for name in step.names if _remove(step.directory / name, step.key)])


def _copy(file: Path, directory: Path) -> StepOutcome:
    make_folder(directory)
    destination = directory / file.name
    copy_file(file, destination)
    status = destination.stat()
    return StepOutcome(size_bytes=status.st_size, is_same_disk=status.st_dev == file.stat().st_dev)


def _list(directory: Path, key: str) -> list[str]:
    """Return the names of the hub's backups there; what a crash left of one is removed."""
    names: list[str] = []
    for entry in os.scandir(directory) if directory.is_dir() else ():
        name = entry.name
        if not entry.is_file(follow_symlinks=False):
            continue
        if parse_name(name, key=key) is not None:
            names.append(name)
        elif name.endswith(PARTIAL) and parse_name(name.removesuffix(PARTIAL).rpartition(".")[0], key=key) is not None:
            Path(entry.path).unlink(missing_ok=True)
    return sorted(names)


def _remove(path: Path, key: str) -> bool:
    """Remove one backup; False for what is none of the hub's."""
    if parse_name(path.name, key=key) is None or path.is_symlink() or not path.is_file():
        return False
    path.unlink()
    return True


def encode_step(step: Step) -> bytes:
    """Return a step as the worker reads it."""
    return msgspec.json.encode(step, enc_hook=str)  # the paths


def answer(given: bytes) -> bytes:
    """Do an encoded step, and return what came of it, encoded."""
    step = msgspec.json.decode(given, type=Step, dec_hook=lambda kind, text: kind(text))
    try:
        outcome = work(step)
    except BimmerhubError as error:
        words = f"{error}. {error.hint}" if error.hint else str(error)
        outcome = StepOutcome(error=words, is_damaged=isinstance(error, StoreDamaged))
    except OSError as error:
        hint = write_hint(error)
        outcome = StepOutcome(error=f"{error.filename}: {error.strerror}" + (f". {hint}" if hint else ""))
    return msgspec.json.encode(outcome)


def main() -> None:
    """Do the step that standard input holds, and print what came of it."""
    if sys.platform != "win32":
        os.nice(_NICE)
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
