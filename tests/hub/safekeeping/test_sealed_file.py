"""Files encrypted under a passphrase: what was sealed comes back, and nothing else opens."""

import os
import stat
from pathlib import Path

import pytest

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.safekeeping.passphrases import read_passphrase_file, read_passphrase_setting
from bimmerhub.hub.safekeeping.sealed_file import is_sealed, seal_file, unseal_file

PASSPHRASE = "correct horse battery"
MIB = 1024 * 1024
HEADER = 24
SEALED_CHUNK = MIB + 16


def sealed(folder: Path, content: bytes) -> Path:
    clear, path = folder / "clear", folder / "sealed"
    clear.write_bytes(content)
    path.unlink(missing_ok=True)
    seal_file(clear, path, PASSPHRASE)
    return path


def unsealed(path: Path, passphrase: str = PASSPHRASE) -> bytes:
    destination = path.with_name("unsealed")
    try:
        unseal_file(path, destination, passphrase)
        assert stat.S_IMODE(destination.stat().st_mode) == 0o600
        return destination.read_bytes()
    finally:
        destination.unlink(missing_ok=True)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_was_sealed_comes_back(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = sealed(tmp_path, content)
    assert is_sealed(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert unsealed(path) == content


def test_nothing_of_the_content_shows_and_no_two_files_are_alike(tmp_path: Path) -> None:
    first = sealed(tmp_path, b"WBA00000000000001" * 100).read_bytes()
    second = sealed(tmp_path, b"WBA00000000000001" * 100).read_bytes()
    assert b"WBA0000" not in first
    assert first[HEADER:] != second[HEADER:]


def test_another_passphrase_opens_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"history")
    with pytest.raises(StoreError, match="does not open"):
        unsealed(path, "correct horse batterY")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["clear", "sealed"]


def test_one_passphrase_is_one_however_its_letters_are_composed(tmp_path: Path) -> None:
    clear, path = tmp_path / "clear", tmp_path / "sealed"
    clear.write_bytes(b"history")
    seal_file(clear, path, "gr\u00fc\u00dfe aus der garage")
    assert unsealed(path, "gru\u0308\u00dfe aus der garage") == b"history"


def changed_in_every_way(whole: bytes) -> list[bytes]:
    """Return the file cut off, lengthened, and with chunks exchanged, repeated, left out or changed by a bit."""
    header, rest = whole[:HEADER], whole[HEADER:]
    chunks = [rest[at : at + SEALED_CHUNK] for at in range(0, len(rest), SEALED_CHUNK)]
    assert len(chunks) == 3
    flipped = [
        bytes([*whole[:at], whole[at] ^ 1, *whole[at + 1 :]]) for at in (6, 9, HEADER, len(whole) // 2, -1 + len(whole))
    ]
    return [
        whole[:-1],
        whole + b"\0",
        header + chunks[0],
        header + chunks[0] + chunks[1],
        header,
        header + chunks[1] + chunks[0] + chunks[2],
        header + chunks[0] + chunks[0] + chunks[2],
        header + chunks[0] + chunks[2],
        *flipped,
    ]


def test_a_changed_file_never_opens(tmp_path: Path) -> None:
    path = sealed(tmp_path, os.urandom(2 * MIB + 5))
    for content in changed_in_every_way(path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(StoreError):
            unsealed(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["clear", "sealed"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BHBK1",
        b"SQLite format 3\0" * 9,
        b"BHBK1\x3f\x08\x01" + bytes(40),
        b"BHBK1\x11\xff\xff" + bytes(40),
        b"BHBK1\x00\x00\x00" + bytes(40),
        b"BHBK1\x10\x01\x01" + bytes(40),
    ],
)
def test_a_strange_header_is_refused_without_much_memory(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sealed"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        unsealed(path)


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"history")
    with pytest.raises(StoreError, match="exists already"):
        seal_file(tmp_path / "clear", path, PASSPHRASE)
    with pytest.raises(StoreError, match="exists already"):
        unseal_file(path, tmp_path / "clear", PASSPHRASE)


def test_a_passphrase_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "clear").write_bytes(b"history")
    with pytest.raises(ConfigError, match="no UTF-8 text"):
        seal_file(tmp_path / "clear", tmp_path / "sealed", "correct horse \udcff")


def test_a_short_passphrase_encrypts_nothing(tmp_path: Path) -> None:
    (tmp_path / "clear").write_bytes(b"history")
    with pytest.raises(ConfigError, match="too short"):
        seal_file(tmp_path / "clear", tmp_path / "sealed", "short")
    assert not (tmp_path / "sealed").exists()


def test_a_passphrase_file_is_private_and_its_first_line_counts(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(b"correct horse battery\r\nand a note\n")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="others on this machine") as caught:
        read_passphrase_file(file)
    assert "chmod 600" in str(caught.value.hint)
    file.chmod(0o600)
    assert read_passphrase_file(file) == PASSPHRASE
    assert read_passphrase_setting(f"file:{file}", setting="backup.passphrase") == PASSPHRASE
    file.write_bytes(b"")
    with pytest.raises(ConfigError, match="empty"):
        read_passphrase_file(file)
    file.write_bytes(b"x" * 2000)
    with pytest.raises(ConfigError, match="longer than"):
        read_passphrase_file(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_passphrase_file(file)


def test_a_setting_names_a_place_and_never_holds_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    assert read_passphrase_setting("env:BACKUP_PASSPHRASE", setting="backup.passphrase") == PASSPHRASE
    for text in (PASSPHRASE, "env:", "file:", "env:NOT_SET_ANYWHERE"):
        with pytest.raises(ConfigError, match=r"backup\.passphrase") as caught:
            read_passphrase_setting(text, setting="backup.passphrase")
        assert PASSPHRASE not in f"{caught.value} {caught.value.hint}"
