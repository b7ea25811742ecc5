"""One owner while a provider is at work for them: the record, kept in step with the store, and the tokens in it."""

import asyncio
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.cardata.provider.owner import OwnerRecord, Revocation, RevocationReason
from bimmerhub.bmw.cardata.provider.owner_store import OwnerPlace, OwnerStore
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.bmw.tokens.token_places import TokenPlace, other_place
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import SignInRequired
from bimmerhub.ids import Vin

UNKNOWN_CLIENT = "invalid_client"
"""BMW does not know the provider's client: no owner has withdrawn anything."""
DEAD_TOKEN = frozenset({"invalid_grant", "invalid_request"})
"""With what BMW refuses a refresh token that is dead (clients 2025-2026). Any other word, a gateway's `Not Found` or
`unauthorized_client`, is about the request or the provider, and no owner's withdrawal: the tokens are kept.
"""


class HeldOwner(TokenStore, TokenPlace):
    """An owner whom nobody else changes meanwhile (`OwnerStore.hold`). Every change is on disk when it returns."""

    def __init__(self, record: OwnerRecord, *, store: OwnerStore) -> None:
        self.record = record
        self.revocations: list[Revocation] = []
        """Those that were seen since it was held."""
        self._store = store
        self._writing = asyncio.Lock()

    @override
    async def load(self) -> TokenSet | None:
        return self.record.tokens

    @override
    async def save(self, tokens: TokenSet) -> None:
        current = self.record.tokens
        if current is None or current.signed_in_at_ms != tokens.signed_in_at_ms:
            return  # no late renewal brings an ended consent back, or takes the place of a new one
        placed = tokens if tokens.kept_at is not None else replace(tokens, kept_at=self._store.locate())
        await self.change(replace(self.record, tokens=placed))

    @override
    async def prepare(self) -> None:
        if isinstance(self._store, OwnerPlace):
            await self._store.prepare(self.record.gcid)

    @override
    def came_from(self, tokens: TokenSet) -> str | None:
        return other_place(tokens.kept_at, self._store.locate())

    async def change(self, record: OwnerRecord) -> None:
        """Go on with a changed record."""
        self.record = record
        async with self._writing:  # what is renewed and what is read may come at one moment: the newest is written last
            await self._store.save(self.record)

    async def end(self, reason: RevocationReason, *, at_ms: int) -> None:
        """Note that the consent has ended, and forget the tokens: nothing can be read again."""
        await self._revoke(_ended(self.record), [self._revocation(reason, at_ms=at_ms)])

    async def lose_car(self, gone: Vin, *, at_ms: int) -> None:
        """Note that a car is gone; with the last one the consent has ended."""
        revocations = [self._revocation(RevocationReason.CAR, at_ms=at_ms, vin=gone)]
        left = tuple(vin for vin in self.record.vins if vin != gone)
        record = replace(self.record, vins=left, refused_vins=self.record.refused_vins | {gone})
        if not left:
            record = _ended(record)
            revocations.append(self._revocation(RevocationReason.NO_CAR, at_ms=at_ms))
        await self._revoke(record, revocations)

    async def end_by(self, error: SignInRequired, *, now_ms: int) -> None:
        """Note that BMW's refusal to renew has ended the consent; raises the error when that is not what it says."""
        tokens = self.record.tokens
        if tokens is None or not isinstance(error, SessionEnded) or error.code not in DEAD_TOKEN:
            raise error
        if now_ms >= tokens.refresh_expires_at_ms:
            reason = RevocationReason.EXPIRED
        elif tokens.answer_lost_at_ms is not None or tokens.renewing_since_ms is not None:
            reason = RevocationReason.LOST
        elif error.is_copy:
            reason = RevocationReason.COPIED
        else:
            reason = RevocationReason.WITHDRAWN
        await self.end(reason, at_ms=now_ms)

    async def _revoke(self, record: OwnerRecord, revocations: list[Revocation]) -> None:
        await self.change(replace(record, revocations=(*record.revocations, *revocations)))
        self.revocations += revocations

    def _revocation(self, reason: RevocationReason, *, at_ms: int, vin: Vin | None = None) -> Revocation:
        return Revocation(gcid=self.record.gcid, label=self.record.label, seen_at_ms=at_ms, reason=reason, vin=vin)


def _ended(record: OwnerRecord) -> OwnerRecord:
    """Return a record with which nothing can be read."""
    return replace(record, tokens=None, vins=(), container_ids=())
