"""Which kind of disk a file lies on: some keep no locks between machines, and no database is safe there."""

from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mountinfo")
_SHARED: Final = frozenset(
    {"9p", "afs", "ceph", "cifs", "davfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs"}
    | {"smb3", "smbfs", "sshfs", "vboxsf", "virtiofs", "vmhgfs"}
)
"""Kinds that another machine may have open too, as Linux calls them; with FUSE the kind follows a point."""


def find_share(path: Path) -> str | None:
    """Return the kind of share that a file lies on (`nfs4`, `cifs` ...), None for a disk of this machine.

    None also where that cannot be told, as on other systems than Linux.
    """
    try:
        place = path.resolve()
        lines = _MOUNTS.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return share_of(place, lines)


def share_of(place: Path, lines: list[str]) -> str | None:
    """Return as `find_share` for an absolute path, from lines of Linux's mountinfo."""
    kind, longest = "", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:  # noqa: PLR2004 - the fifth is the mount point
            continue
        point = Path(_unescape(fields[4]))
        if place.is_relative_to(point) and len(point.parts) >= longest:  # a later one hides an earlier one
            kind, longest = after.split(" ")[0], len(point.parts)
    name = kind.removeprefix("fuse.")
    return name if name in _SHARED else None


def _unescape(text: str) -> str:
    """Return a path as it is; blanks and the like are written as octal numbers there."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
