"""What the doctor says of the disk, and of tokens that have no place on it."""

from pathlib import Path

import pytest
from tests.full_disk import no_file_larger_than

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.hub.doctor import disk_checks
from bimmerhub.hub.doctor.disk_checks import check_disk, check_token_places


def test_a_disk_that_can_be_written(tmp_path: Path) -> None:
    assert check_disk(tmp_path, tmp_path / "bimmerhub.sqlite3").outcome is Outcome.OK
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(tmp_path: Path) -> None:
    with no_file_larger_than(1000):
        check = check_disk(tmp_path, tmp_path / "bimmerhub.sqlite3")
    assert (check.outcome, "cannot be written" in check.finding) == (Outcome.FAILED, True)
    assert "space" in str(check.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_checks, "find_share", lambda _: "nfs4")
    check = check_disk(tmp_path, tmp_path / "bimmerhub.sqlite3")
    assert (check.outcome, "share (nfs4)" in check.finding) == (Outcome.WARNING, True)


def test_tokens_without_a_place() -> None:
    [check] = check_token_places({"home": "its sign-in is not renewed"})
    assert (check.outcome, check.finding) == (Outcome.WARNING, "home: its sign-in is not renewed")
    assert check_token_places({}) == []
