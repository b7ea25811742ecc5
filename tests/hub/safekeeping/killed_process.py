"""A backup or a restore in a process that kills itself (SIGKILL) right before its n-th change of the disk.

The changes are those that Python makes: renames, links, removals, new files, databases opened. What SQLite does to a
file by itself is SQLite's to keep safe.
"""

import multiprocessing
import signal
from pathlib import Path
from typing import Final

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["bimmerhub.hub.safekeeping.history_files"])
_WATCH: Final = """
import os, signal, sys
from pathlib import Path

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect"}
left = before_change

def watch(event, arguments):
    global left
    if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
"""
_SAFEKEEPING: Final = """
from bimmerhub.hub.safekeeping.history_files import make_backup, restore_file
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.database.migrations import ignore_step

if is_restore:
    entry = AuditEntry(at_ms=1, who="command line", from_where=None, action="restored")
    restore_file(
        Path(source), Path(target), passphrase=None, is_access_kept=False, entry=entry, progress=ignore_step
    )
else:
    make_backup(Path(source), Path(target), passphrase)
"""


def killed_restore(source: Path, database: Path, *, before_change: int) -> bool:
    """Restore, killed before that change; return whether it came to its end first."""
    return _run(source, database, before_change=before_change, is_restore=True)


def killed_backup(database: Path, destination: Path, *, before_change: int, passphrase: str | None = None) -> bool:
    """Back up, killed before that change; return whether it came to its end first."""
    return _run(database, destination, before_change=before_change, is_restore=False, passphrase=passphrase)


def run_killed(script: str, *, before_change: int, **names: object) -> bool:
    """Run a script that has these names, killed before that change; return whether it came to its end first."""
    process = _FORKS.Process(target=exec, args=(_WATCH + script, {"before_change": before_change, **names}))
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode == 0


def _run(source: Path, target: Path, *, before_change: int, **names: object) -> bool:
    return run_killed(_SAFEKEEPING, before_change=before_change, source=str(source), target=str(target), **names)
