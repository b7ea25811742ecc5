"""Which kind of disk a file lies on, from Linux's list of mounts."""

from pathlib import Path

import pytest

from bimmerhub.mounts import find_share, share_of

LINES = [
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "30 21 0:40 / /mnt/nas rw - nfs4 nas:/export rw",
    "31 30 8:2 / /mnt/nas/local rw - xfs /dev/sdb1 rw",
    "32 21 0:41 / /mnt/with\\040blank rw shared:3 master:1 - fuse.sshfs me@far: rw",
    "33 21 0:42 / /mnt/twice rw - cifs //nas/a rw",
    "34 33 8:3 / /mnt/twice rw - ext4 /dev/sdc1 rw",
    "35 21 0:43 / /mnt/ntfs rw - fuseblk /dev/sdd1 rw",
    "a line of another kind",
]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/data", None),
        ("/mnt/nas/data", "nfs4"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nastier", None),
        ("/mnt/nas/local/data", None),
        ("/mnt/with blank/data", "sshfs"),
        ("/mnt/twice/data", None),
        ("/mnt/ntfs/data", None),
    ],
)
def test_kind_of_share(path: str, kind: str | None) -> None:
    assert share_of(Path(path), LINES) == kind


def test_this_disk_is_no_share(tmp_path: Path) -> None:
    assert find_share(tmp_path) is None
