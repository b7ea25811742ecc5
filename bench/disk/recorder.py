"""Compiles `recorder.c`, gives the environment that loads it into a process, and reads the record."""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("recorder.c")
_HEAD: Final = struct.Struct("=IIQQII")
_FAULT: Final = struct.Struct("=qqqq")


class Kind(IntEnum):
    """What was done, as `recorder.c` numbers it; MARK is a note of the bench's own."""

    CREATE = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    RENAME = 5
    LINK = 6
    UNLINK = 7
    MKDIR = 8
    RMDIR = 9
    SENT = 10
    CONNECT = 11
    MARK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of a record. `offset` is where bytes were written, a file's new size, or the
    port of a connection; paths lie below the root.

    `data` is what was written, sent through a socket, or the mark.
    """

    kind: Kind
    inode: int = 0
    offset: int = 0
    path: str = ""
    other: str = ""
    data: bytes = b""


def find_compiler() -> str | None:
    """Return the C compiler of this machine, None when it has none, or is not Linux."""
    return shutil.which("cc") or shutil.which("gcc") if os.uname().sysname == "Linux" else None


class Recorder:
    """Records what processes do below `root`, or has it fail; what it needs lies in `folder`. Both must be there."""

    def __init__(self, root: Path, folder: Path, *, is_recording: bool = True) -> None:
        compiler = find_compiler()
        if compiler is None:
            raise RuntimeError("there is no C compiler for the recorder")
        self.root = root.resolve()
        self._is_recording = is_recording
        self._library, self._log, self._control = (folder / name for name in ("recorder.so", "record", "fault"))
        line = [compiler, "-O2", "-shared", "-fPIC", "-o", str(self._library), str(_SOURCE), "-lpthread"]
        subprocess.run(line, check=True)
        self._log.touch()
        self._control.write_bytes(bytes(_FAULT.size))

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to be recorded, and its children."""
        return {
            "LD_PRELOAD": str(self._library),
            "RECORDER_ROOT": str(self.root),
            "RECORDER_FAULT": str(self._control),
            **({"RECORDER_LOG": str(self._log)} if self._is_recording else {}),
        }

    def mark(self, words: bytes) -> None:
        """Put a note into the record, where it stands now."""
        head = _HEAD.pack(_HEAD.size + len(words), Kind.MARK, 0, 0, 0, 0)
        with self._log.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(head + words)

    def fail(self, *, at: int, number: int, is_lasting: bool) -> None:
        """Have the `at`-th change from now on fail with that errno, and all after it when it is lasting."""
        self._control_in_place((0, at, int(is_lasting), number))

    def heal(self) -> None:
        """Have nothing fail any more."""
        self._control_in_place((self.changes, 0, 0, 0))

    @property
    def changes(self) -> int:
        """How many changes there were since the start, or since `fail`."""
        return int(_FAULT.unpack(self._control.read_bytes())[0])

    def read(self) -> Iterator[Operation]:
        """Yield the record so far, in its order."""
        with self._log.open("rb") as file:
            while len(head := file.read(_HEAD.size)) == _HEAD.size:
                size, kind, inode, offset, path_size, other_size = _HEAD.unpack(head)
                rest = file.read(size - _HEAD.size)
                yield Operation(
                    kind=Kind(kind),
                    inode=inode,
                    offset=offset,
                    path=self._below(rest[:path_size]),
                    other=self._below(rest[path_size : path_size + other_size]),
                    data=rest[path_size + other_size :],
                )

    def list_present(self) -> Iterator[Operation]:
        """Yield what would have made the files that are below the root now, synced: a record may begin with it."""
        for folder, folders, files in _walk(self.root):
            for name in folders:
                yield Operation(kind=Kind.MKDIR, path=self._below(os.fsencode(folder / name)))
            for name in files:
                inode, path = (folder / name).stat().st_ino, self._below(os.fsencode(folder / name))
                yield Operation(kind=Kind.CREATE, inode=inode, path=path)
                yield Operation(kind=Kind.WRITE, inode=inode, path=path, data=(folder / name).read_bytes())
                yield Operation(kind=Kind.SYNC, inode=inode, path=path)
            yield Operation(kind=Kind.SYNC, path=self._below(os.fsencode(folder)))

    def _below(self, path: bytes) -> str:
        text = os.fsdecode(path).removesuffix(" (deleted)")
        return text.removeprefix(str(self.root)).removeprefix("/") if text else ""

    def _control_in_place(self, numbers: tuple[int, int, int, int]) -> None:
        with self._control.open("r+b", buffering=0) as file:
            file.write(_FAULT.pack(*numbers))


def new_recorder(folder: Path, *, is_recording: bool = True) -> Recorder:
    """Make a folder and return a recorder of the folder `root` in it, which is empty."""
    (folder / "root").mkdir(parents=True)
    return Recorder(folder / "root", folder, is_recording=is_recording)


def _walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    for folder, folders, files in os.walk(root):
        yield Path(folder), sorted(folders), sorted(files)
