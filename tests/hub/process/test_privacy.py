"""The data directory is its owner's alone; what others could do is taken from them, and told."""

import logging
import os
import stat
from pathlib import Path

import pytest

from bimmerhub.errors import StoreError
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.process.privacy import make_private, refuse_other_owner, refuse_planted
from bimmerhub.web.settings import WebSettings

is_root = os.geteuid() == 0
SOMEBODY = 65_534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_open_modes_are_mended_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data_dir, database = tmp_path / "data", tmp_path / "elsewhere.sqlite3"
    (data_dir / "images").mkdir(parents=True)
    names = ("secret.key", "hub.json", "images/car.png")
    for file in (database, tmp_path / "elsewhere.sqlite3-wal", *(data_dir / name for name in names)):
        file.touch()
        file.chmod(0o666)
    data_dir.chmod(0o777)
    with own(data_dir, database=database):
        pass
    assert mode(data_dir) == 0o700
    assert mode(data_dir / "images") == 0o700
    assert {mode(data_dir / name) for name in ("secret.key", "images/car.png")} == {0o600}
    assert {mode(database), mode(tmp_path / "elsewhere.sqlite3-wal")} == {0o600}
    assert f"others on this machine could use {data_dir} and " in caplog.text
    caplog.clear()
    with own(data_dir, database=database):
        assert {mode(path) & 0o077 for path in data_dir.rglob("*")} == {0}
    assert caplog.text == ""


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").touch(mode=0o644)
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    (data_dir / "folder").symlink_to(outside)
    (data_dir / "file").symlink_to(outside / "file")
    make_private(data_dir)
    assert mode(outside) == 0o755
    assert mode(outside / "file") == 0o644


def test_a_place_where_everybody_may_rename_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    parent = tmp_path / "shared"
    (parent / "data").mkdir(parents=True, mode=0o700)
    for wide, is_told in ((0o777, True), (0o1777, False)):
        parent.chmod(wide)
        caplog.clear()
        make_private(parent / "data")
        assert ("in the place of" in caplog.text) is is_told


@pytest.mark.skipif(not is_root, reason="only the administrator gives a directory away")
def test_another_users_directory_is_told_to_the_administrator_and_refused_to_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING)
    os.chown(tmp_path, SOMEBODY, SOMEBODY)
    refuse_other_owner(tmp_path)
    assert f"belongs to uid {SOMEBODY}" in caplog.text
    monkeypatch.setattr(os, "geteuid", lambda: 4_321)
    with pytest.raises(StoreError, match="belongs to another user") as refused:
        refuse_other_owner(tmp_path)
    assert "--data-dir" in (refused.value.hint or "")


@pytest.mark.skipif(not is_root, reason="only the administrator gives a file away")
@pytest.mark.parametrize(
    "name",
    ["lock", "hub.json.reserve", "secret.key", "images/car.png", "../disk/hub.db-wal", "../disk/hub.db-journal"],
)
@pytest.mark.parametrize("is_link", [True, False])
def test_what_another_user_left_is_refused_before_it_is_used(tmp_path: Path, name: str, *, is_link: bool) -> None:
    data_dir, database = tmp_path / "data", tmp_path / "data" / "hub.sqlite3"
    (data_dir / "images").mkdir(parents=True)
    (tmp_path / "disk").mkdir()
    database.symlink_to(tmp_path / "disk" / "hub.db")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    planted = data_dir / name
    if is_link:
        planted.symlink_to(precious)
    else:
        planted.touch(mode=0o666)
    os.chown(planted, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with (
        pytest.raises(StoreError, match=f"belongs to another user .uid {SOMEBODY}") as refused,
        own(data_dir, database=database),
    ):
        pass
    assert planted.name in str(refused.value)
    assert precious.read_text() == "mine"
    planted.unlink()
    with own(data_dir, database=database):
        pass


def test_ones_own_files_and_links_are_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refuse_planted(tmp_path, database=tmp_path / "loop")
    refuse_planted(tmp_path, database=tmp_path / "no" / "folder")


@pytest.mark.skipif(not is_root, reason="only the administrator gives a file away")
async def test_a_hub_that_only_reads_uses_another_users_files_no_more_than_any_other(tmp_path: Path) -> None:
    settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0))
    async with running(settings, goes_live=False):
        pass
    async with running(settings, reads_only="the disk is full"):
        pass
    (tmp_path / "secret.key").touch()
    os.chown(tmp_path / "secret.key", SOMEBODY, SOMEBODY)
    with pytest.raises(StoreError, match=f"secret.key belongs to another user .uid {SOMEBODY}"):
        async with running(settings, reads_only="the disk is full"):
            pass
