"""The secret key, and who may talk to the hub."""

import stat
from pathlib import Path

import pytest
from tests.full_disk import no_file_larger_than

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.secrets import KEY_FILE, Sealer
from bimmerhub.store.sqlite.store import SqliteStore

PASSWORD = "correct horse"


async def opened(store: SqliteStore) -> Credentials:
    credentials = Credentials(store.settings)
    await credentials.load()
    return credentials


def test_the_key_is_private_and_outlives_a_restart(tmp_path: Path) -> None:
    sealed = Sealer.open(tmp_path).seal(b"clear")
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert b"clear" not in sealed
    assert Sealer.open(tmp_path).unseal(sealed) == b"clear"


def test_a_full_disk_is_named_only_when_a_key_has_to_be_made(tmp_path: Path) -> None:
    sealer = Sealer.open(tmp_path)
    with no_file_larger_than(0), pytest.raises(StoreError, match="secret key") as caught:
        sealer.seal(b"clear")
    assert "free space" in str(caught.value.hint)
    assert sorted(tmp_path.iterdir()) == []
    assert sealer.unseal(sealer.seal(b"clear")) == b"clear"


def test_what_was_sealed_cannot_be_read_without_its_key(tmp_path: Path) -> None:
    sealed = Sealer.open(tmp_path).seal(b"clear")
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StoreError, match="is gone"):
        Sealer.open(tmp_path).unseal(sealed)


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff" * 44])
def test_a_broken_key_file_keeps_nobody_from_starting_and_is_kept_beside_a_new_one(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    sealer = Sealer.open(tmp_path)
    with pytest.raises(StoreError, match="is not a secret key") as caught:
        sealer.unseal(b"sealed")
    assert "back" in str(caught.value.hint)
    assert "bimmerhub login" in str(caught.value.hint)
    assert (tmp_path / KEY_FILE).read_bytes() == content
    assert Sealer.open(tmp_path).trouble
    assert sealer.unseal(sealer.seal(b"clear")) == Sealer.open(tmp_path).unseal(sealer.seal(b"clear")) == b"clear"
    assert sealer.trouble is None
    assert [path.read_bytes() for path in tmp_path.glob("*.broken-1")] == ([content] if content else [])


async def test_a_password_outlives_a_restart_and_can_be_removed(store: SqliteStore) -> None:
    await (await opened(store)).set_password(PASSWORD)
    credentials = await opened(store)
    assert credentials.is_protected()
    assert credentials.check_password(PASSWORD)
    assert not credentials.check_password("wrong horse")
    await credentials.set_password(None)
    assert not (await opened(store)).is_protected()
    assert not credentials.check_password(PASSWORD)


async def test_a_short_password_is_refused(store: SqliteStore) -> None:
    with pytest.raises(ConfigError, match="too short"):
        await (await opened(store)).set_password("short")


async def test_a_token_is_shown_once_and_kept_as_a_hash(store: SqliteStore) -> None:
    token = await (await opened(store)).create_token("grafana", "read", now_ms=1)
    credentials = await opened(store)
    assert credentials.token_scope(token) == "read"
    assert credentials.token_scope(token + "x") is None
    assert token not in str(await store.settings.load_settings())
    await credentials.delete_token("grafana")
    assert credentials.token_scope(token) is None


async def test_token_names_are_unique_and_not_empty(store: SqliteStore) -> None:
    credentials = await opened(store)
    await credentials.create_token("grafana", "write", now_ms=1)
    for name in ("grafana", " "):
        with pytest.raises(ConfigError):
            await credentials.create_token(name, "read", now_ms=1)
    for odd in ("a\0b", "a\nb", "a\u202eb", "\u05d0b", "\u0627"):
        with pytest.raises(ConfigError, match="left to right"):
            await credentials.create_token(odd, "read", now_ms=1)
    await credentials.create_token("Küche 東京 1", "read", now_ms=1)
    with pytest.raises(ConfigError, match="no token"):
        await credentials.delete_token("other")


async def test_the_command_lines_own_token_may_do_everything(store: SqliteStore) -> None:
    credentials = await opened(store)
    credentials.accept_local("local")
    assert (credentials.is_local("local"), credentials.token_scope("local")) == (True, None)
    assert not credentials.is_protected()
