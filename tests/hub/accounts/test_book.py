"""The accounts of a data directory, signed in and out in the store."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.full_disk import no_file_larger_than
from tests.hub.conftest import PLACE
from typing_extensions import override

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError, SignInRequired, StoreError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.sealed_tokens import SealedTokens
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.process.secrets import KEY_FILE, Sealer
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.store.sqlite.tables import SqliteSettings


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


def open_book(data_dir: Path, store: SqliteStore) -> AccountBook:
    return AccountBook(store.accounts, SignInPlaces(store.settings), Sealer.open(data_dir))


async def signed_in(book: AccountBook) -> StoredAccount:
    return await book.sign_in(await book.plan("home", client_id="abc"), make_tokens(), place=PLACE, now_ms=1)


async def test_tokens_sealed_with_another_key_are_refused_with_a_way_out(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    assert await book.tokens(home).load() == make_tokens()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(SignInRequired, match="secret key") as caught:
        await open_book(tmp_path, store).tokens(home).load()
    assert "bimmerhub login" in str(caught.value.hint)


async def test_naming_the_same_client_id_again_keeps_the_sign_in(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    assert (await book.open("home", client_id="ABC", family=Family.CARDATA)).gcid == "gcid"
    assert await book.has_tokens(home)


async def test_another_client_id_waits_for_the_next_sign_in_and_costs_no_tokens(
    tmp_path: Path, store: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    assert await book.open("home", client_id="def", family=Family.CARDATA) == home
    assert "next sign-in" in caplog.text
    assert await book.tokens(home).load() == make_tokens()
    wanted = await book.plan("home", client_id=None)
    assert (wanted.client_id, home.client_id) == ("def", "abc")
    await book.sign_in(wanted, make_tokens(), place=PLACE, now_ms=2)
    assert [account.client_id for account in await book.accounts()] == ["def"]
    assert (await book.plan("home", client_id=None)).client_id == "def"


async def test_another_client_id_takes_effect_at_once_without_tokens(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    await book.open("home", client_id="abc", family=Family.CARDATA)
    assert (await book.open("home", client_id="def", family=Family.CARDATA)).client_id == "def"


async def test_a_new_account_needs_a_client_id(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    with pytest.raises(ConfigError) as caught:
        await book.plan("home", client_id=None)
    assert "--client-id" in str(caught.value.hint)


async def test_an_account_names_its_family_and_keeps_its_id(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    home = await book.open("home", client_id="abc", family=Family.CARDATA)
    again = await signed_in(book)
    assert (again.id, again.family, await book.find("home")) == (home.id, Family.CARDATA, again)


async def test_tokens_that_cannot_be_stored_are_noted_until_they_can(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    async with SqliteStore.open_readonly(tmp_path / "bimmerhub.sqlite3") as readonly:
        unwritable = SealedTokens(
            home, accounts=readonly.accounts, sealer=Sealer.open(tmp_path), troubles=book.token_troubles
        )
        (tmp_path / "sign-in-1.spare").unlink()
        with pytest.raises(StoreError):
            await unwritable.save(make_tokens())
    assert "opened for reading only" in book.token_troubles["home"]
    await book.tokens(home).save(make_tokens())
    assert book.token_troubles == {}


async def test_tokens_that_the_database_does_not_take_are_kept_beside_it(tmp_path: Path, store: SqliteStore) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    async with SqliteStore.open_readonly(tmp_path / "bimmerhub.sqlite3") as readonly:
        full = SealedTokens(
            home, accounts=readonly.accounts, sealer=Sealer.open(tmp_path), troubles=book.token_troubles
        )
        for renewals in (1, 2, 3):
            with no_file_larger_than(128 * 1024):  # what has its room needs no more
                await full.prepare()
                await full.save(replace(make_tokens(), renewals=renewals, access_token=f"renewed-{renewals}"))
            assert (await full.load() or make_tokens()).access_token == f"renewed-{renewals}"
        assert "beside the database" in book.token_troubles["home"]
    assert b"renewed" not in (tmp_path / "sign-in-1.spare").read_bytes()
    after_restart = open_book(tmp_path, store).tokens(home)
    newest = await after_restart.load()
    assert newest is not None
    assert newest.access_token == "renewed-3"
    await after_restart.save(replace(newest, renewals=4))
    assert await after_restart.load() == replace(newest, renewals=4)
    await book.sign_out(home)
    assert not (tmp_path / "sign-in-1.spare").exists()


async def test_what_was_kept_beside_an_older_sign_in_is_not_given_to_a_new_one(
    tmp_path: Path, store: SqliteStore
) -> None:
    book = open_book(tmp_path, store)
    home = await signed_in(book)
    async with SqliteStore.open_readonly(tmp_path / "bimmerhub.sqlite3") as readonly:
        full = SealedTokens(home, accounts=readonly.accounts, sealer=Sealer.open(tmp_path), troubles={})
        await full.save(replace(make_tokens(), renewals=7, access_token="older"))
        spare = (tmp_path / "sign-in-1.spare").read_bytes()
    await book.sign_in(home, replace(make_tokens(), signed_in_at_ms=99), place=PLACE, now_ms=99)
    (tmp_path / "sign-in-1.spare").write_bytes(spare)
    assert await book.tokens(home).load() == replace(make_tokens(), signed_in_at_ms=99)


@pytest.mark.parametrize("kept", [0, 10, 100, 33_000])
async def test_a_spare_place_that_is_cut_short_or_torn_is_none(tmp_path: Path, store: SqliteStore, kept: int) -> None:
    home = await signed_in(open_book(tmp_path, store))
    file = tmp_path / "sign-in-1.spare"
    async with SqliteStore.open_readonly(tmp_path / "bimmerhub.sqlite3") as readonly:
        full = SealedTokens(home, accounts=readonly.accounts, sealer=Sealer.open(tmp_path), troubles={})
        for access_token in ("first", "second"):
            await full.save(replace(make_tokens(), access_token=access_token))
    content = file.read_bytes()
    file.write_bytes(content[:kept])
    loaded = await open_book(tmp_path, store).tokens(home).load()
    assert loaded is not None
    assert loaded.access_token == ("first" if kept == 33_000 else make_tokens().access_token)


class KilledSettings(SqliteSettings):
    """The settings of a process that ends when it is about to note a place."""

    @override
    async def save_setting(self, key: str, value: str | None, *, is_secret: bool = False) -> None:
        raise StoreError("killed")


async def test_a_kill_in_a_sign_in_leaves_no_tokens_with_the_place_of_others(
    tmp_path: Path, store: SqliteStore
) -> None:
    home = await signed_in(open_book(tmp_path, store))
    killed = AccountBook(store.accounts, SignInPlaces(KilledSettings(store.settings._database)), Sealer.open(tmp_path))
    wanted = await killed.plan("home", client_id=None)
    with pytest.raises(StoreError, match="killed"):
        await killed.sign_in(wanted, make_tokens(), place=replace(PLACE, api_url="https://other.example"), now_ms=2)
    assert await killed.place("home") == PLACE
    assert not await killed.has_tokens(home)
    await killed.sign_in(wanted, make_tokens(), place=PLACE, now_ms=3)
    assert await killed.has_tokens(home)
