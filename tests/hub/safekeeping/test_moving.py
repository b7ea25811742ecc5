"""A data directory in one encrypted file, and out of it in another place: all of it, once, whatever breaks off."""

import errno
import io
import json
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from tests.hub.safekeeping.conftest import fill, fill_old, names_in, readings_of

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping import moving
from bimmerhub.hub.safekeeping.move_arrival import (
    ArrivedMove,
    MoveDestination,
    check_can_arrive,
    opened_move,
    put_in_place,
)
from bimmerhub.hub.safekeeping.move_contents import MoveAbout, list_files
from bimmerhub.hub.safekeeping.move_mark import (
    MoveMark,
    load_arrival,
    load_mark,
    refuse_moved,
    refuse_renewal,
    save_mark,
    settle_mark,
    unfinished_of,
)
from bimmerhub.hub.safekeeping.move_unpacking import unpack
from bimmerhub.hub.safekeeping.moving import move_out, undo_move
from bimmerhub.hub.safekeeping.sealed_file import is_sealed
from bimmerhub.store.sqlite.database.migrations import ignore_step
from bimmerhub.store.sqlite.database.restoring import load_settings_of

PASSPHRASE = "correct horse battery"
NAME = "bimmerhub.sqlite3"


def furnish(folder: Path, *, readings: int = 100) -> Path:
    """Make a data directory with something of each kind in it; return it."""
    fill(folder / NAME, readings=readings)
    contents = {
        "secret.key": "key of " + folder.name,
        "provider.key": "provider's key",
        "provider/abc.owner.json": "an owner",
        "provider/abc.lock": "",
        "images/car/front.png": "picture",
        "sign-in-1.spare": "spare",
        "lock": "",
        "hub.json": "{}",
        "half.partial": "left by a crash",
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "link").symlink_to("/etc")
    (folder.parent / "config.toml").write_text("[hub]\nport = 8099\n")
    return folder


def leave(folder: Path, file: Path) -> MoveAbout:
    with own(folder, database=folder / NAME):
        return move_out(
            file,
            PASSPHRASE,
            data_dir=folder,
            database=folder / NAME,
            config=folder.parent / "config.toml",
            accounts=["home"],
            now_ms=1_800_000_000_000,
        )


def arrive(file: Path, folder: Path, *, config: Path | None = None, is_trusted: bool = False) -> ArrivedMove:
    destination = MoveDestination(
        data_dir=folder, database=folder / NAME, config=config or folder.parent / "settings" / "config.toml"
    )
    with (
        opened_move(file, PASSPHRASE, destination, progress=ignore_step) as opened,
        own(folder, database=folder / NAME),
    ):
        return put_in_place(opened, now_ms=1_800_000_060_000, is_trusted=is_trusted)


def test_everything_comes_to_the_other_place_and_the_first_is_marked(tmp_path: Path) -> None:
    old, new, file = furnish(tmp_path / "old"), tmp_path / "new", tmp_path / "stick" / "move.bhm"
    file.parent.mkdir()
    about = leave(old, file)
    assert is_sealed(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"SQLite" not in file.read_bytes()
    assert names_in(file.parent) == {"move.bhm"}
    assert not [name for name in names_in(old) if name.startswith(".bimmerhub")]
    with pytest.raises(ConfigError, match=r"was moved into .*move.bhm at 2027"):
        refuse_moved(old)
    assert len(readings_of(old / NAME)) == 100, "reading goes on"

    arrived = arrive(file, new)
    assert arrived.about == about
    assert readings_of(new / NAME) == readings_of(old / NAME)
    assert load_settings_of(new / NAME, ["credentials"]) == {"credentials": "hash of bimmerhub.sqlite3"}
    same = ("secret.key", "provider.key", "provider/abc.owner.json", "images/car/front.png", "sign-in-1.spare")
    for name in same:
        assert (new / name).read_text() == (old / name).read_text()
        assert stat.S_IMODE((new / name).stat().st_mode) == 0o600
    assert names_in(new) == {
        NAME, "secret.key", "provider.key", "provider", "images", "sign-in-1.spare", "lock", f"{NAME}.lock",
        "moved-here.json",
    }  # fmt: skip
    assert arrived.config is not None
    assert arrived.config.read_text() == "[hub]\nport = 8099\n"
    assert arrived.aside is None
    refuse_moved(new)


def test_a_key_that_is_a_link_is_moved_and_without_one_no_sign_in(tmp_path: Path) -> None:
    old, elsewhere = furnish(tmp_path / "old"), tmp_path / "mounted.key"
    with closing(sqlite3.connect(old / NAME)) as connection:
        words = "INSERT INTO accounts (name, family, client_id, sealed_tokens) VALUES ('home', 'cardata', '', x'00')"
        connection.execute(words)
        connection.commit()
    (old / "secret.key").rename(elsewhere)
    (old / "secret.key").symlink_to(elsewhere.with_name("unmounted"))
    with pytest.raises(ConfigError, match=r"secret\.key is missing, which the sign-ins of home"):
        leave(old, tmp_path / "move.bhm")
    (old / "secret.key").unlink()
    (old / "secret.key").symlink_to(elsewhere)
    leave(old, tmp_path / "move.bhm")
    arrive(tmp_path / "move.bhm", tmp_path / "new")
    assert (tmp_path / "new" / "secret.key").read_text() == "key of old"
    assert not (tmp_path / "new" / "secret.key").is_symlink()


def test_a_database_leaves_out_what_is_its_own_and_nothing_else_by_its_name(tmp_path: Path) -> None:
    moved = {"provider/owner.json", "provider.key", "p.json", "sp", "pictures/p-wal"}
    beside = ("", "-wal", "-shm", ".mark", ".lock", ".restoring-wal", ".replaced-12", ".damaged-1-wal", ".schema-3")
    for name in (*moved, *(f"p{ending}" for ending in beside)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert {path.relative_to(tmp_path).as_posix() for path in list_files(tmp_path, Path("/elsewhere/p"))} == moved


def test_a_file_that_was_restored_is_not_restored_again(tmp_path: Path) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"
    leave(old, file)
    with pytest.raises(ConfigError, match="made from this very directory") as caught:
        arrive(file, old)
    assert "move --undo" in str(caught.value.hint)
    arrive(file, tmp_path / "new")
    with pytest.raises(ConfigError, match=r"restored already, to .*new on .* at 2027"):
        check_can_arrive(file, tmp_path / "third")
    (tmp_path / "move.bhm.restored").unlink()
    with pytest.raises(ConfigError, match="restored here already, at 2027"):
        arrive(file, tmp_path / "new")
    assert load_arrival(tmp_path / "third") is None


def test_it_can_come_back_later(tmp_path: Path) -> None:
    old, new = furnish(tmp_path / "old"), tmp_path / "new"
    leave(old, tmp_path / "there")
    arrive(tmp_path / "there", new)
    leave(new, tmp_path / "back")
    arrived = arrive(tmp_path / "back", old)
    refuse_moved(old)
    with pytest.raises(ConfigError):
        refuse_moved(new)
    assert arrived.replaced == old / f"{NAME}.replaced-1"
    assert (old / "secret.key.replaced-1").exists()


def test_a_move_is_taken_back(tmp_path: Path) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"
    leave(old, file)
    assert undo_move(old).file == str(file)
    refuse_moved(old)
    with pytest.raises(ConfigError, match="was not moved"):
        undo_move(old)


def test_other_settings_that_are_there_stay(tmp_path: Path) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"
    leave(old, file)
    mine = tmp_path / "mine.toml"
    mine.write_text("# mine")
    arrived = arrive(file, tmp_path / "new", config=mine)
    assert mine.read_text() == "# mine"
    assert (arrived.config, arrived.aside) == (None, tmp_path / "new" / "config.toml.moved")


def test_an_older_history_comes_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    fill_old(tmp_path / "old" / NAME, 2)
    (tmp_path / "config.toml").write_text("")
    leave(tmp_path / "old", tmp_path / "file")
    arrive(tmp_path / "file", tmp_path / "new")
    assert readings_of(tmp_path / "new" / NAME) == ["7"]


def test_what_is_wrong_leaves_the_directory_in_use(tmp_path: Path) -> None:
    old = furnish(tmp_path / "old")
    (tmp_path / "there").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        leave(old, tmp_path / "there")
    with pytest.raises(StoreError, match="cannot write in"):
        leave(old, tmp_path / "nowhere" / "file")
    (old / NAME).write_bytes(b"SQLite format 3\0 damaged")
    with pytest.raises(StoreError):
        leave(old, tmp_path / "file")
    assert not (tmp_path / "file").exists()
    refuse_moved(old)


@pytest.mark.parametrize("cut", [30, 2000, -1])
def test_a_file_that_is_not_whole_changes_nothing(tmp_path: Path, cut: int) -> None:
    old, new, file = furnish(tmp_path / "old"), furnish(tmp_path / "new", readings=5), tmp_path / "move.bhm"
    leave(old, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(StoreError):
        arrive(file, new)
    assert len(readings_of(new / NAME)) == 5
    assert (new / "secret.key").read_text() == "key of new"
    refuse_moved(new)


def test_a_mark_after_a_crash_goes_by_what_is_on_the_disk(tmp_path: Path) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"
    leave(old, file)
    mark = json.loads((old / "moved.json").read_bytes())
    (old / "moved.json").write_text(json.dumps({**mark, "is_done": False}))
    assert load_mark(old) is not None
    file.rename(unfinished_of(file))
    assert load_mark(old) is None
    with pytest.raises(ConfigError, match="never finished"):
        check_can_arrive(unfinished_of(file), tmp_path / "new")
    unfinished_of(file).rename(tmp_path / "pulled out")
    mark_left = load_mark(old)
    assert mark_left is not None, "a stick that was pulled out: nobody knows"
    assert "may have been moved into" in mark_left.words
    (tmp_path / "pulled out").rename(unfinished_of(file))
    settle_mark(old)
    unfinished_of(file).unlink()
    assert load_mark(old) is None, "it was settled that it is here, whatever becomes of the file"
    file.touch()
    save_mark(old, mark_left)
    settle_mark(old)
    file.unlink()
    assert load_mark(old) == replace(mark_left, is_done=True)
    (old / "moved.json").write_text("{")
    assert load_mark(old) is not None


def test_a_mark_that_the_disk_does_not_take_moves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"

    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("bimmerhub.hub.safekeeping.moving.save_mark", refuse)
    with pytest.raises(StoreError, match="full"):
        leave(old, file)
    monkeypatch.undo()
    refuse_moved(old)
    assert [name for name in names_in(tmp_path) if name.startswith("move")] == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO])
def test_a_disk_that_does_not_take_the_name_for_good_undoes_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    old, out = furnish(tmp_path / "old"), tmp_path / "out"
    out.mkdir()

    def refuse(descriptor: int) -> None:
        if (out / "move.bhm").exists() and os.fstat(descriptor).st_ino == out.stat().st_ino:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    if number == errno.EIO:
        with pytest.raises(StoreError, match="is marked as moved, but the disk"):
            leave(old, out / "move.bhm")
    else:
        leave(old, out / "move.bhm")
    assert names_in(out) == {"move.bhm"}
    mark = load_mark(old)
    assert mark is not None
    assert mark.is_done


@pytest.mark.parametrize("has_second_names", [True, False])
def test_a_file_that_appeared_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_second_names: bool
) -> None:
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"

    def save_and_meet(data_dir: Path, mark: MoveMark) -> None:
        save_mark(data_dir, mark)
        file.write_text("another's")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no second names here")

    monkeypatch.setattr(moving, "save_mark", save_and_meet)
    if not has_second_names:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(StoreError, match="exists already"):
        leave(old, file)
    assert file.read_text() == "another's"
    refuse_moved(old)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside", "C:\\outside", "files/a:b"])
def test_no_name_in_the_archive_leads_elsewhere(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "archive"
    with tarfile.open(archive, "w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 3
        tar.addfile(info, io.BytesIO(b"bad"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="leads elsewhere"):
        unpack(archive, tmp_path / "folder", database=tmp_path / NAME)
    assert names_in(tmp_path) == {"archive", "folder"}


def test_a_second_name_that_a_kill_left_the_file_goes_when_it_is_restored(tmp_path: Path) -> None:
    file = tmp_path / "move.bhm"
    leave(furnish(tmp_path / "old"), file)
    unfinished_of(file).hardlink_to(file)
    arrive(file, tmp_path / "new")
    assert names_in(tmp_path) == {"old", "new", "settings", "config.toml", "move.bhm", "move.bhm.restored"}


def test_an_owner_whom_a_provider_is_at_work_for_keeps_the_move_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "WAIT_FOR_OWNER_S", 0.1)
    old, file = furnish(tmp_path / "old"), tmp_path / "move.bhm"
    with FileLock(old / "provider" / "abc.lock"), pytest.raises(ConfigError, match="at work for an owner"):
        leave(old, file)
    refuse_moved(old)
    leave(old, file)
    with pytest.raises(StoreError, match="was moved into"):
        refuse_renewal(old)
