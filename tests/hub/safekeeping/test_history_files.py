"""Backups are checked before they have their name; a restore leaves the old or the new history, never half of one."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from tests.hub.safekeeping.conftest import (
    ENTRY,
    OLD_SCHEMAS,
    PAGE,
    VIN,
    damage,
    fill,
    fill_old,
    names_in,
    readings_of,
    schema_of,
)

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.safekeeping.history_files import (
    Restored,
    check_file,
    copy_whole,
    finish_restore,
    make_backup,
    replace_history,
    restore_file,
    try_restore,
)
from bimmerhub.hub.safekeeping.private_folders import private_folder, remove_left_folders
from bimmerhub.hub.safekeeping.whole_files import new_file
from bimmerhub.store.sqlite.database.connection import NOTE_TABLE
from bimmerhub.store.sqlite.database.migrations import ignore_step
from bimmerhub.store.sqlite.database.restoring import load_settings_of
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.salvage import setting_aside
from bimmerhub.store.sqlite.store import SqliteStore

PASSPHRASE = "correct horse battery"


def restore(source: Path, database: Path, *, passphrase: str | None = None, is_access_kept: bool = False) -> Restored:
    return restore_file(
        source, database, passphrase=passphrase, is_access_kept=is_access_kept, entry=ENTRY, progress=ignore_step
    )


def test_a_damaged_database_is_never_backed_up_as_if_it_were_whole(tmp_path: Path, history: Path) -> None:
    whole = history.read_bytes()
    copy = tmp_path / "copy"
    refused = 0
    for page in range(1, len(whole) // PAGE + 1):
        history.write_bytes(whole)
        damage(history, page)
        try:
            make_backup(history, copy)
        except StoreError:
            refused += 1
            assert "copy" not in names_in(tmp_path)
            assert not any(name.startswith("copy") for name in names_in(tmp_path))
        else:  # a page that nothing uses
            assert len(readings_of(copy)) == 1000
            copy.unlink()
    assert refused > len(whole) // PAGE - 3


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_damaged_or_shortened_backup_is_refused_and_nothing_changes(
    tmp_path: Path, history: Path, passphrase: str | None
) -> None:
    copy = tmp_path / "copy"
    make_backup(history, copy, passphrase)
    whole = copy.read_bytes()
    before = names_in(history.parent)
    for content in (whole[: len(whole) // 2], whole[:-1], whole[:PAGE] + whole[2 * PAGE :], b"", whole[:5]):
        copy.write_bytes(content)
        with pytest.raises(StoreError):
            check_file(copy, passphrase)
        with pytest.raises(StoreError):
            restore(copy, history, passphrase=passphrase)
    assert names_in(history.parent) <= before | {"bimmerhub.sqlite3-wal", "bimmerhub.sqlite3-shm"}
    assert len(readings_of(history)) == 1000


def test_two_that_write_the_same_backup_do_not_meet(tmp_path: Path, history: Path) -> None:
    copy = tmp_path / "copy"
    with ThreadPoolExecutor(2) as pool:
        script = "import sys; from pathlib import Path; from bimmerhub.hub.safekeeping.history_files import make_backup"
        words: list[str | Path] = [
            sys.executable,
            "-c",
            f"{script}; make_backup(Path(sys.argv[1]), Path(sys.argv[2]))",
            history,
            copy,
        ]
        ends = list(pool.map(lambda _: subprocess.run(words, capture_output=True, check=False), range(2)))
    assert 0 in {end.returncode for end in ends}
    check_file(copy, None)
    assert {name for name in names_in(tmp_path) if name.startswith("copy")} == {"copy"}


def test_a_backup_that_lost_rows_is_noticed_though_sqlite_finds_it_sound(tmp_path: Path, history: Path) -> None:
    copy = tmp_path / "copy"
    make_backup(history, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM points WHERE value = '7'")
        connection.commit()
    with pytest.raises(StoreError, match="999 rows in points where 1,000 were written"):
        check_file(copy, None)


def test_an_encrypted_backup_comes_back_and_leaves_nothing_in_the_clear(tmp_path: Path, history: Path) -> None:
    copy, other = tmp_path / "copy", tmp_path / "other"
    other.mkdir()
    make_backup(history, copy, PASSPHRASE)
    assert b"SQLite format" not in copy.read_bytes()
    check_file(copy, PASSPHRASE)
    assert try_restore(copy, other, PASSPHRASE) >= 1000
    assert names_in(other) == set()
    restore(copy, other / "bimmerhub.sqlite3", passphrase=PASSPHRASE)
    assert len(readings_of(other / "bimmerhub.sqlite3")) == 1000
    assert names_in(other) == {"bimmerhub.sqlite3"}
    assert not any(name.startswith(".") for name in names_in(history.parent))
    with pytest.raises(ConfigError, match="is encrypted"):
        check_file(copy, None)
    with pytest.raises(StoreError, match="does not open"):
        check_file(copy, "another passphrase")


@pytest.mark.parametrize("version", OLD_SCHEMAS)
def test_a_backup_of_any_older_schema_is_restored_as_the_newest(tmp_path: Path, version: int) -> None:
    old = fill_old(tmp_path / "old.sqlite3", version)
    copy, database = tmp_path / "copy", tmp_path / "new" / "bimmerhub.sqlite3"
    database.parent.mkdir()
    make_backup(old, copy)
    assert schema_of(copy) == version
    assert restore(copy, database).schema == version
    assert (schema_of(database), readings_of(database)) == (newest_version(), ["7"])
    assert names_in(database.parent) == {"bimmerhub.sqlite3"}


def test_a_restore_keeps_the_old_history_with_what_a_crash_left_in_its_log(tmp_path: Path, history: Path) -> None:
    copy = tmp_path / "copy"
    make_backup(history, copy)
    crash_after = f"""
import os, sqlite3
connection = sqlite3.connect({str(history)!r}, isolation_level=None)
connection.execute("INSERT INTO points VALUES (1, 1, 'new', 0, 1)")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", crash_after], check=True)
    assert (history.parent / "bimmerhub.sqlite3-wal").stat().st_size > 0
    restored = restore(copy, history)
    assert restored.replaced == history.parent / "bimmerhub.sqlite3.replaced-1"
    assert len(readings_of(history)) == 1000
    assert len(readings_of(restored.replaced)) == 1001
    assert restore(restored.replaced, history).replaced == history.parent / "bimmerhub.sqlite3.replaced-2"
    assert len(readings_of(history)) == 1001


def test_a_link_to_the_database_stays_one(tmp_path: Path, history: Path) -> None:
    copy, link = tmp_path / "copy", tmp_path / "link" / "bimmerhub.sqlite3"
    link.parent.mkdir()
    link.symlink_to(history)
    make_backup(link, copy)
    restored = restore(copy, link)
    assert link.is_symlink()
    assert restored.replaced == history.parent / "bimmerhub.sqlite3.replaced-1"
    assert len(readings_of(history)) == 1000
    assert names_in(link.parent) == {"bimmerhub.sqlite3"}


def test_a_damaged_history_is_replaced_and_its_log_never_meets_the_new_one(tmp_path: Path, history: Path) -> None:
    copy = tmp_path / "copy"
    make_backup(history, copy)
    history.write_bytes(b"no database at all" * 1000)
    log = history.with_name("bimmerhub.sqlite3-wal")
    log.write_bytes(os.urandom(5000))
    restored = restore(copy, history)
    assert len(readings_of(history)) == 1000
    assert restored.replaced is not None
    assert restored.replaced.read_bytes().startswith(b"no database")
    assert restored.replaced.with_name("bimmerhub.sqlite3.replaced-1-wal").stat().st_size == 5000


def test_password_and_tokens_of_the_directory_go_on_when_wished(tmp_path: Path, history: Path) -> None:
    copy = tmp_path / "copy"
    make_backup(fill(tmp_path / "other"), copy)
    restored = restore(copy, history)
    assert (restored.is_access_kept, restored.settings) == (False, ["credentials"])
    history.unlink()
    fill(history)
    restored = restore(copy, history, is_access_kept=True)
    assert (restored.is_access_kept, restored.settings) == (True, [])
    with closing(sqlite3.connect(history)) as connection:
        settings = connection.execute("SELECT key, value FROM settings ORDER BY key").fetchall()
        assert settings == [("credentials", "hash of bimmerhub.sqlite3"), ("theme", "dark")]
        assert connection.execute("SELECT who, action FROM audit").fetchall() == [("command line", "restored")]


@pytest.mark.parametrize("is_secret", [0, 1])
def test_a_password_that_somebody_put_into_a_backup_is_not_restored(
    tmp_path: Path, history: Path, is_secret: int
) -> None:
    copy, database = tmp_path / "copy", tmp_path / "bimmerhub.sqlite3"
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("INSERT INTO accounts (id, name, family, client_id) VALUES (1, 'home', 'cardata', '')")
        connection.execute("DELETE FROM settings WHERE secret")
        connection.execute("INSERT INTO settings VALUES ('credentials', '', 0)")  # so that the rows are as many
        connection.commit()
    make_backup(history, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE settings SET value = 'theirs', secret = ? WHERE key = 'credentials'", (is_secret,))
        connection.execute("UPDATE accounts SET sealed_tokens = x'00'")
        connection.commit()
    restored = restore(copy, database)
    assert (restored.had_secrets, list(restored.accounts)) == (True, ["home"])
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT key FROM settings").fetchall() == [("theme",)]
        assert connection.execute("SELECT sealed_tokens FROM accounts").fetchall() == [(None,)]


def test_a_backup_chooses_no_place_to_sign_in_at_and_allows_no_opening(tmp_path: Path, history: Path) -> None:
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("INSERT INTO settings VALUES ('signed_in_at.home', '{}', 0)")
        connection.execute("UPDATE vehicles SET opening_allowed_at_ms = 1")
        connection.commit()
    make_backup(history, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "bimmerhub.sqlite3")
    with closing(sqlite3.connect(tmp_path / "bimmerhub.sqlite3")) as connection:
        assert connection.execute("SELECT key FROM settings").fetchall() == [("theme",)]
        opening = "SELECT count(*) FROM vehicles WHERE opening_allowed_at_ms IS NOT NULL"
        assert connection.execute(opening).fetchone() == (0,)


def test_a_copied_database_brings_no_secrets_and_says_which_are_to_be_set_again(tmp_path: Path, history: Path) -> None:
    restored = restore(history, tmp_path / "bimmerhub.sqlite3")
    assert (restored.had_secrets, restored.settings) == (True, ["credentials"])
    assert load_settings_of(tmp_path / "bimmerhub.sqlite3", ["credentials"]) == {}


def test_what_somebody_taught_a_backup_to_do_by_itself_is_not_restored(tmp_path: Path, history: Path) -> None:
    copy, doings = (
        tmp_path / "copy",
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY name",
    )
    make_backup(history, copy)
    with closing(sqlite3.connect(history)) as connection:
        ours = connection.execute(doings).fetchall()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DROP TRIGGER points_into_hours")
        connection.execute("CREATE TRIGGER points_into_hours AFTER INSERT ON points BEGIN DELETE FROM audit; END")
        connection.execute('CREATE TRIGGER "sp""y" AFTER INSERT ON audit BEGIN DELETE FROM points; END')
        connection.execute("CREATE VIEW spied AS SELECT * FROM settings")
    restore(copy, history)
    with closing(sqlite3.connect(history)) as connection:
        assert connection.execute(doings).fetchall() == ours
    assert len(readings_of(history)) == 1000


CRAFTED = {
    "a generated column": "ALTER TABLE settings ADD COLUMN big GENERATED ALWAYS AS (zeroblob(900000000))",
    "another table": "CREATE TABLE more (x)",
    "a table that computes": "CREATE TABLE more (x CHECK (length(randomblob(900000000)) > 0))",
    "an index that computes": "CREATE INDEX more ON settings (hex(zeroblob(400000000)))",
    "a virtual table": "CREATE VIRTUAL TABLE more USING fts5(x)",
    "a table less strict": "DROP TABLE judged; CREATE TABLE judged (series_id)",
}


@pytest.mark.parametrize("case", CRAFTED)
def test_a_backup_whose_schema_somebody_changed_is_refused_before_a_row_is_read(tmp_path: Path, case: str) -> None:
    copy = tmp_path / "copy"
    make_backup(fill_old(tmp_path / "old.sqlite3", newest_version()), copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript(CRAFTED[case])
    for refuse in (lambda: check_file(copy, None), lambda: restore(copy, tmp_path / "bimmerhub.sqlite3")):
        with pytest.raises(StoreError, match="was changed: its"):
            refuse()
    assert not (tmp_path / "bimmerhub.sqlite3").exists()


def test_what_a_backup_was_taught_is_not_called_while_it_is_brought_up_to_date(tmp_path: Path) -> None:
    old, copy = fill_old(tmp_path / "old.sqlite3", OLD_SCHEMAS[0]), tmp_path / "copy"
    make_backup(old, copy)
    with closing(sqlite3.connect(copy)) as connection:
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER on_{change} BEFORE {change} ON points BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
    restore(copy, tmp_path / "bimmerhub.sqlite3")
    assert readings_of(tmp_path / "bimmerhub.sqlite3") == ["7"]


@pytest.mark.parametrize(
    "vin", ["../../WBA00000001", "WBA0000000000001\n", "", "wba00000000000001", "WBA0000000000000\x1b"]
)
def test_a_backup_with_a_car_whose_vin_is_none_is_refused(tmp_path: Path, history: Path, vin: str) -> None:
    copy = tmp_path / "copy"
    make_backup(history, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE series SET subject = ?", (vin,))
        connection.commit()
    with pytest.raises(StoreError, match="in series whose VIN is none"):
        restore(copy, tmp_path / "bimmerhub.sqlite3")


@pytest.mark.parametrize("is_whole", [False, True])
def test_calls_that_are_spent_stay_spent(tmp_path: Path, history: Path, *, is_whole: bool) -> None:
    accounts = "INSERT INTO accounts (id, name, family, client_id, gcid) VALUES (?, ?, 'cardata', '', ?)"
    calls = "INSERT INTO quota_calls (owner, at_ms, operation, caller) VALUES (?, ?, 'basicData', 'hub')"
    replaced, copy = fill(tmp_path / "replaced"), tmp_path / "copy"
    with closing(sqlite3.connect(history)) as connection:
        connection.executemany(accounts, [(7, "home", None), (8, "work", "WORK")])
        connection.execute(calls, ("WORK", 1))
        connection.commit()
    with closing(sqlite3.connect(replaced)) as connection:
        connection.executemany(accounts, [(1, "work", "WORK"), (2, "home", None), (8, "gone", None)])
        spent = [("WORK", 1), ("WORK", 2), ("2", 3), ("8", 4), ("WORK", -100_000_000)]
        connection.executemany(calls, spent)
        connection.commit()
    (copy_whole if is_whole else make_backup)(history, copy)
    if is_whole:
        replace_history(copy, replaced, entry=ENTRY, before_exchange=lambda: None)
    else:
        restore(copy, replaced)
    with closing(sqlite3.connect(replaced)) as connection:
        rows = connection.execute("SELECT owner, at_ms FROM quota_calls ORDER BY at_ms").fetchall()
    assert rows == [("WORK", 1), ("WORK", 2), ("7", 3)]


UNREADABLE = {
    "points": [
        "UPDATE points SET source = 77",
        "UPDATE points SET value = x'00ff' WHERE measured_at_ms = 1800000000000",
        "UPDATE points SET value = CAST(x'ff' AS TEXT) WHERE measured_at_ms = 1800000000000",
        "UPDATE points SET value = CAST(x'610062ff' AS TEXT) WHERE measured_at_ms = 1800000000000",
        "UPDATE points SET value = 9e999 WHERE measured_at_ms = 1800000000000",
        "UPDATE points SET measured_at_ms = 4611686018427387000 WHERE measured_at_ms = 1800000000000",
        "UPDATE points SET sent_after_ms = -1",
    ],
    "hours": ["UPDATE hours SET maximum = -9e999", "UPDATE hours SET hour = 1 << 50", "UPDATE hours SET count = 0"],
    "damages": ["INSERT INTO damages VALUES (1, 1, 'p', 's', 'nope', NULL)"],
    "audit": [
        "INSERT INTO audit VALUES (1, 1, 'w', NULL, 'a', NULL, 'not json')",
        "INSERT INTO audit VALUES (1, 'yesterday', 'w', NULL, 'a', NULL, '{}')",
    ],
    "accounts": ["INSERT INTO accounts (name, family, client_id) VALUES ('home', 'evil', '')"],
    "documents": [f"INSERT INTO documents VALUES ('{VIN}', 'basic_data', '', 1, '{{}}', 77)"],
    "places": [
        "INSERT INTO places VALUES (1, 'home', 9e999, 1, 1, 'UTC')",
        "INSERT INTO places VALUES (1, 'home', 1, 1, -1, 'UTC')",
        "INSERT INTO places VALUES (1, 'home', 1, 1, 1, '../../etc/passwd')",
    ],
}


@pytest.mark.parametrize(("table", "change"), [(table, line) for table, lines in UNREADABLE.items() for line in lines])
@pytest.mark.parametrize("is_whole", [False, True])
def test_a_backup_with_a_row_that_the_hub_cannot_read_is_refused(
    tmp_path: Path, history: Path, table: str, change: str, *, is_whole: bool
) -> None:
    before, copy = readings_of(history), tmp_path / "copy"
    (copy_whole if is_whole else make_backup)(history, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(change)
        rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        if not is_whole:
            path = f"$.rows.{table}"
            connection.execute(f"UPDATE {NOTE_TABLE} SET body = json_set(body, ?, ?)", (path, rows))
    putting = partial(replace_history, entry=ENTRY, before_exchange=pytest.fail) if is_whole else restore
    with pytest.raises(StoreError, match=f"a row in {table} is none"):
        putting(copy, history)
    assert readings_of(history) == before


def test_all_that_a_reading_can_be_comes_back(tmp_path: Path, history: Path) -> None:
    values = ("", "Zürich", "a\0b", 2**63 - 1, -1.7976931348623157e308, 0.5, b"\x00", b"\x01", b"\x02")
    with closing(sqlite3.connect(history)) as connection:
        connection.executemany("INSERT INTO points VALUES (1, 0, ?, 0, 91)", [(value,) for value in values])
        connection.execute("INSERT INTO places VALUES (1, 'home', -90, 180, 0.5, 'America/Port-au-Prince')")
        connection.commit()
    make_backup(history, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "new")
    assert readings_of(tmp_path / "new") == readings_of(history)


def test_what_a_process_of_the_same_number_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    destination, left = tmp_path / "copy", tmp_path / f".bimmerhub-{os.getpid()}-left"
    (tmp_path / f"copy.{os.getpid()}.partial").write_bytes(b"in a container every process has this number")
    left.mkdir()
    with private_folder(tmp_path) as folder, new_file(destination) as file:
        file.write(b"whole")
        remove_left_folders(tmp_path)
        with new_file(destination) as other:
            other.write(b"first")
            assert len([name for name in names_in(tmp_path) if name.endswith(".partial")]) == 2
        assert folder.exists()
        destination.unlink()
    assert destination.read_bytes() == b"whole"
    assert names_in(tmp_path) == {"copy"}


def test_an_error_of_the_block_is_not_taken_for_one_of_its_private_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), private_folder(tmp_path) as folder:
        (folder / "missing").read_bytes()
    assert names_in(tmp_path) == set()
    with pytest.raises(StoreError, match="cannot use"), private_folder(tmp_path / "missing"):
        pass


def test_a_restore_that_stopped_before_the_exchange_is_cleared_away(history: Path) -> None:
    for name in ("restoring", "restoring-wal", "unsealed", "unsealed.partial"):
        history.with_name(f"bimmerhub.sqlite3.{name}").write_bytes(b"half")
    assert finish_restore(history) == "cleared"
    history.with_name("bimmerhub.sqlite3.restoring-journal").write_bytes(
        b""
    )  # its draft's name was lost with the power
    assert finish_restore(history) == "cleared"
    assert finish_restore(history) is None
    assert names_in(history.parent) == {"bimmerhub.sqlite3"}


@pytest.mark.parametrize("is_finished_first", [True, False])
async def test_a_restore_replaces_what_was_being_salvaged(
    tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch, *, is_finished_first: bool
) -> None:
    copy, rename = tmp_path / "copy", Path.rename
    make_backup(history, copy)

    def breaking(path: Path, target: Path | str) -> Path:
        if path.name.endswith(".salvaged"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", breaking)
    with pytest.raises(KeyboardInterrupt):
        setting_aside.exchange(history, "it is damaged", now_ms=1)
    monkeypatch.undo()
    if is_finished_first:
        assert finish_restore(history) is None
        assert len(readings_of(history)) == 1000
    assert restore(copy, history).replaced == history.with_name(f"{history.name}.replaced-1")
    async with SqliteStore.open(history) as store:
        assert await store.soundness.damages() == []
        assert [entry.action for entry in await store.audit.audit(limit=10)] == ["restored"]
    assert {"bimmerhub.sqlite3.damaged-1", "bimmerhub.sqlite3.replaced-1"} < names_in(history.parent)


READ_ONLY = """
set -e
mount -t tmpfs none "$1"
cp "$2"* "$1/"
rm -f "$1"/*-shm
mount -o remount,ro "$1"
"$3" -c "
import sys; from pathlib import Path
from bimmerhub.hub.safekeeping import sealed_file
from bimmerhub.hub.safekeeping.history_files import make_backup
sealed_file._Cost.__init__.__kwdefaults__['log2_n'] = 10
make_backup(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] or None)
" "$1/bimmerhub.sqlite3" "$4" "$5"
"""


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_history_on_a_read_only_disk_is_backed_up(
    tmp_path: Path, history: Path, *, is_closed: bool, passphrase: str | None
) -> None:
    if subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    mounted, copy = tmp_path / "mounted", tmp_path / "copy"
    mounted.mkdir()
    with closing(sqlite3.connect(history)) as connection:
        if not is_closed:  # what is in the log only
            connection.execute("UPDATE settings SET value = 'light' WHERE key = 'theme'")
            connection.commit()
        else:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.close()
        words: list[str | Path] = [
            "unshare",
            "-m",
            "sh",
            "-c",
            READ_ONLY,
            "sh",
            mounted,
            history,
            sys.executable,
            copy,
            passphrase or "",
        ]
        subprocess.run(words, check=True)
    restored = tmp_path / "restored.sqlite3"
    restore(copy, restored, passphrase=passphrase)
    with closing(sqlite3.connect(restored)) as connection:
        [(theme,)] = connection.execute("SELECT value FROM settings WHERE key = 'theme'").fetchall()
    assert theme == ("dark" if is_closed else "light")


def test_a_try_to_write_that_the_power_broke_off_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".bimmerhub-0a1b2c3d.partial").touch()
    (tmp_path / "notes.partial").touch()
    remove_left_folders(tmp_path)
    assert names_in(tmp_path) == {"notes.partial"}
