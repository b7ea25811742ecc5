"""Counts the changes that a process makes to the disk, Python's and SQLite's, and kills it right before the n-th.

Python's are seen by an audit hook (renames, links, removals, new files); SQLite's by standing in for the system calls
of its file layer, which is what `sqlite3_vfs.xSetSystemCall` is for. Where SQLite is built into Python its calls cannot
be reached: then Python's are counted only.
"""

import ctypes
import ctypes.util
import os
import signal
import sys
from typing import Any, Final

_PYTHON_CHANGES: Final = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
_OF_SQLITE: Final = {
    "pwrite64": (ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64),
    "write": (ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t),
    "ftruncate": (ctypes.c_int, ctypes.c_int, ctypes.c_int64),
    "unlink": (ctypes.c_int, ctypes.c_char_p),
}
_MEMBERS_BEFORE_SET: Final = 16
"""Pointers of `sqlite3_vfs` before `xSetSystemCall`, after its three numbers (source: sqlite3.h)."""
_LIBRARY: Final = ctypes.util.find_library("sqlite3") if sys.platform == "linux" else None
_living: list[object] = []
"""What C code calls must not be collected."""


class Steps:
    """The steps of this process so far; one at which it is to die, 0 for none."""

    def __init__(self, *, dies_before: int = 0) -> None:
        self.count = 0
        self._dies_before = dies_before

    def watch(self) -> None:
        """Count from now on, for as long as the process lives."""
        sys.addaudithook(self._hear)
        _stand_in_for_sqlite(self)

    def step(self) -> None:
        """Count one, or die."""
        self.count += 1
        if self.count == self._dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_new = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if is_new or event in _PYTHON_CHANGES:
            self.step()


def _stand_in_for_sqlite(steps: Steps) -> None:
    if _LIBRARY is None:
        return
    library = ctypes.CDLL(_LIBRARY)
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    vfs = library.sqlite3_vfs_find(None)
    pointer = ctypes.sizeof(ctypes.c_void_p)
    at = vfs + 16 + _MEMBERS_BEFORE_SET * pointer
    set_call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(_pointer_at(at))
    get_call = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(_pointer_at(at + pointer))
    for call, shape in _OF_SQLITE.items():
        kind = ctypes.CFUNCTYPE(*shape, use_errno=True)
        real = kind(get_call(vfs, call.encode()))

        def counted(*arguments: Any, real: Any = real) -> Any:  # noqa: ANN401 - what C passes
            steps.step()
            return real(*arguments)

        stand_in = kind(counted)
        _living.extend((real, stand_in))
        set_call(vfs, call.encode(), ctypes.cast(stand_in, ctypes.c_void_p))


def _pointer_at(address: int) -> int:
    return ctypes.c_void_p.from_address(address).value or 0
