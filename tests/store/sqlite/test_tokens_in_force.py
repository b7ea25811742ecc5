"""The tokens of a sign-in outlive an older file that took the place of the database; those of another do not."""

from pathlib import Path

from bimmerhub.domain.account.family import Family
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.sqlite.store import SqliteStore


def account(*, signed_in_at_ms: int) -> NewAccount:
    return NewAccount(
        name="mine",
        family=Family.CARDATA,
        client_id="a client",
        gcid=Gcid("a person"),
        signed_in_at_ms=signed_in_at_ms,
        services=(),
    )


async def test_the_newest_tokens_of_a_sign_in_are_stored_again(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "store.db") as store:
        mine = await store.accounts.save_account(account(signed_in_at_ms=1))
        await store.accounts.save_tokens(mine.id, b"newest")
        async with SqliteStore.open(tmp_path / "store.db") as other:  # as what was written over the file
            await other.accounts.save_tokens(mine.id, b"older")
        assert await store.accounts.load_tokens(mine.id) == b"older"
        assert await store.accounts.store_tokens_again() == 1
        assert await store.accounts.load_tokens(mine.id) == b"newest"
        assert await store.accounts.store_tokens_again() == 0


async def test_the_tokens_of_another_sign_in_are_not(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "store.db") as store:
        mine = await store.accounts.save_account(account(signed_in_at_ms=2))
        await store.accounts.save_tokens(mine.id, b"newest")
        async with SqliteStore.open(tmp_path / "store.db") as other:
            await other.accounts.save_account(account(signed_in_at_ms=1))
            await other.accounts.save_tokens(mine.id, b"of another server")
        assert await store.accounts.store_tokens_again() == 0
        assert await store.accounts.load_tokens(mine.id) == b"of another server"
