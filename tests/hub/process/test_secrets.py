"""The secret key, sealed tokens, and who may talk to the hub."""

import stat
from pathlib import Path

import pytest

from bimmerhub.bmw.tokens import TokenSet
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.secrets import KEY_FILE, Sealer
from bimmerhub.store.sqlite.store import SqliteStore

PASSWORD = "correct horse"


def make_tokens() -> TokenSet:
    return TokenSet(
        access_token="a",
        id_token="i",
        refresh_token="r",
        gcid="gcid",
        scopes=frozenset({"openid"}),
        access_expires_at_ms=1,
        id_expires_at_ms=1,
        refresh_expires_at_ms=1,
    )


async def opened(store: SqliteStore) -> Credentials:
    credentials = Credentials(store.settings)
    await credentials.load()
    return credentials


def test_the_key_is_private_and_outlives_a_restart(tmp_path: Path) -> None:
    sealed = Sealer.open(tmp_path).seal(b"clear")
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert b"clear" not in sealed
    assert Sealer.open(tmp_path).unseal(sealed) == b"clear"


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff" * 44])
def test_a_broken_key_file_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Sealer.open(tmp_path)
    assert "bimmerhub login" in str(caught.value.hint)


async def test_tokens_sealed_with_another_key_are_refused_with_a_way_out(tmp_path: Path, store: SqliteStore) -> None:
    book = AccountBook(store.accounts, Sealer.open(tmp_path))
    await book.sign_in(await book.find("home", "abc"), make_tokens(), now_ms=1)
    assert await book.tokens("home").load() == make_tokens()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StoreError, match="secret key") as caught:
        await AccountBook(store.accounts, Sealer.open(tmp_path)).tokens("home").load()
    assert "bimmerhub login" in str(caught.value.hint)


async def test_naming_the_same_client_id_again_keeps_the_sign_in(tmp_path: Path, store: SqliteStore) -> None:
    book = AccountBook(store.accounts, Sealer.open(tmp_path))
    await book.sign_in(await book.find("home", "abc"), make_tokens(), now_ms=1)
    assert (await book.open("home", "ABC")).gcid == "gcid"
    assert await book.has_tokens("home")


async def test_another_client_id_needs_another_sign_in(tmp_path: Path, store: SqliteStore) -> None:
    book = AccountBook(store.accounts, Sealer.open(tmp_path))
    await book.sign_in(await book.find("home", "abc"), make_tokens(), now_ms=1)
    await book.open("home", "def")
    assert [(each.client_id, each.gcid) for each in await book.accounts()] == [("def", None)]
    assert not await book.has_tokens("home")


async def test_a_new_account_needs_a_client_id(tmp_path: Path, store: SqliteStore) -> None:
    book = AccountBook(store.accounts, Sealer.open(tmp_path))
    with pytest.raises(ConfigError) as caught:
        await book.open("home", None)
    assert "--client-id" in str(caught.value.hint)


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
    with pytest.raises(ConfigError, match="no token"):
        await credentials.delete_token("other")


async def test_the_command_lines_own_token_may_write(store: SqliteStore) -> None:
    credentials = await opened(store)
    credentials.accept_local("local")
    assert credentials.token_scope("local") == "write"
    assert not credentials.is_protected()
