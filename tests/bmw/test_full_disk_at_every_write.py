"""A disk that takes nothing at any of the writes of a renewal: the sign-in is never lost while one place is left."""

from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.new_stores import open_sqlite

from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.tokens.fresh_tokens import RenewalWaits, RenewedTokens, TokenRenewal
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.hub.accounts.sealed_tokens import SealedTokens
from bimmerhub.hub.accounts.token_spare import TokenSpare
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.sqlite.accounts import SqliteAccounts

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

WRITES = ("database: note", "spare: note", "spare: room", "database: tokens", "spare: tokens")


class Disk:
    """Refuses the named writes of one renewal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refused: set[str]) -> None:
        self.is_asked = False
        save_tokens, save, prepare = SqliteAccounts.save_tokens, TokenSpare.save, TokenSpare.prepare
        disk = self

        def check(place: str) -> None:
            if f"{place}: {'tokens' if disk.is_asked else 'note'}" in refused:
                raise StoreError("the disk is full")

        async def save_in_database(self: SqliteAccounts, account_id: int, sealed: bytes | None) -> None:
            check("database")
            await save_tokens(self, account_id, sealed)

        def save_beside(self: TokenSpare, content: bytes) -> None:
            check("spare")
            save(self, content)

        def make_room(self: TokenSpare) -> None:
            if "spare: room" in refused:
                raise StoreError("the disk is full")
            prepare(self)

        monkeypatch.setattr(SqliteAccounts, "save_tokens", save_in_database)
        monkeypatch.setattr(TokenSpare, "save", save_beside)
        monkeypatch.setattr(TokenSpare, "prepare", make_room)


class NotedRenewal(TokenRenewal):
    """A renewal that notes on the disk that BMW has been asked."""

    def __init__(self, renewal: TokenRenewal, disk: Disk) -> None:
        self._renewal = renewal
        self._disk = disk

    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal:
        self._disk.is_asked = True
        return await self._renewal.refresh(refresh_token)

    def nobody(self) -> SignInRequired:
        return self._renewal.nobody()

    async def ended(
        self, tokens: TokenSet, refusal: OauthRefusal, *, came_from: str | None, now_ms: int
    ) -> SignInRequired:
        return await self._renewal.ended(tokens, refusal, came_from=came_from, now_ms=now_ms)


async def test_no_refused_write_ends_the_sign_in(
    signed_in: "Cloud", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_sqlite(tmp_path / "bimmerhub.sqlite3") as store:
        account = await store.accounts.save_account(NewAccount(name="home", family=Family.CARDATA, client_id="abc"))

        def stored() -> SealedTokens:
            return SealedTokens(account, accounts=store.accounts, sealer=Sealer.open(tmp_path), troubles={})

        async def load() -> TokenSet:
            tokens = await stored().load()
            assert tokens is not None
            return tokens

        await stored().replace(signed_in.store.saved[0])
        for refused in product([False, True], repeat=len(WRITES)):
            names = {name for name, is_refused in zip(WRITES, refused, strict=True) if is_refused}
            if {"database: tokens", "spare: tokens"} <= names:
                continue  # a disk that dies between the two, which nobody can foresee
            before = await load()
            with monkeypatch.context() as patch:
                disk = Disk(patch, names)
                renewal = NotedRenewal(signed_in.tokens()._renewal, disk)
                tokens = RenewedTokens(renewal=renewal, store=stored(), clock=signed_in.clock)
                signed_in.clock.advance(minutes=50)
                with suppress(RenewalWaits):
                    await tokens.refresh(before)
            has_room = "spare: room" not in names and not {"database: note", "spare: note"} <= names
            assert disk.is_asked == has_room, names
            assert disk.is_asked == ((await load()).access_token != before.access_token), names
            assert (await signed_in.tokens(store=stored()).refresh(await load())).access_token
