import errno
import stat
from pathlib import Path

import pytest

from bimmerhub.files import replace_file, write_hint


def test_a_file_is_replaced_as_a_whole_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old and longer")
    path.chmod(0o644)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_that_a_crash_left_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    (tmp_path / "state.json.new").write_bytes(b"half of it")
    replace_file(path, b"whole")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


def test_a_draft_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"untouched")
    (tmp_path / "state.json.new").symlink_to(elsewhere)
    replace_file(tmp_path / "state.json", b"secret")
    assert elsewhere.read_bytes() == b"untouched"


def test_what_cannot_be_written_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.mkdir()
    with pytest.raises(OSError, match=r"state\.json"):
        replace_file(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "writable"), (errno.EROFS, "read-only"), (errno.EDQUOT, "full")],
)
def test_what_to_do_about_a_file_that_cannot_be_written(number: int, words: str) -> None:
    assert words in str(write_hint(OSError(number, "refused")))
    assert write_hint(OSError(errno.ENOTDIR, "refused")) is None
