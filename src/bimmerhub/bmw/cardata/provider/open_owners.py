"""The owners that a provider is at work for: each is held once, however many parts of this process are at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.provider.held_owner import HeldOwner
from bimmerhub.bmw.cardata.provider.owner import Consent, OwnerRecord, RevocationReason, with_consent
from bimmerhub.bmw.cardata.provider.owner_store import OwnerBusy, OwnerFolder, OwnerStore
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.bmw.tokens.token_places import other_place
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSetup:
    """With what a provider asks BMW: the same for all owners."""

    client_id: str
    endpoints: Endpoints
    session: Session
    clock: Clock


@dataclass(slots=True, kw_only=True)
class OpenOwner:
    """One held owner. `working` lets one reading at a time be made; `users` is how many parts are at work."""

    owner: HeldOwner
    tokens: Tokens
    rest: CarDataRest
    hold: AsyncExitStack
    working: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class OpenOwners:
    """The open owners of one provider."""

    def __init__(self, store: OwnerStore, setup: ProviderSetup) -> None:
        self._store = store
        self._setup = setup
        self._open: dict[Gcid, OpenOwner] = {}
        self._opening: dict[Gcid, asyncio.Lock] = {}
        self._ledgers: dict[Gcid, QuotaLedger] = {}
        self._spent_copy: str | None = None
        """Of whom a token in this copied folder was used elsewhere; "" for nobody, None while it is not known."""

    @asynccontextmanager
    async def use(self, gcid: Gcid, *, waits: bool = True) -> AsyncIterator[OpenOwner]:
        """Hold an owner while the block runs; NotFound for an unknown one, OwnerBusy as `OwnerStore.hold`.

        ConfigError for an owner of a copied folder, once a token in it was seen to be used elsewhere.
        """
        async with self._opening.setdefault(gcid, asyncio.Lock()):
            opened = self._open.get(gcid) or await self._enter(gcid, waits=waits)
            opened.users += 1
        try:
            yield opened
        finally:
            opened.users -= 1
            if not opened.users:
                del self._open[gcid]
                if is_ended_by_copy(opened.owner.record):
                    self._spent_copy = None
                await opened.tokens.finish()
                await opened.hold.aclose()

    async def enrol(self, label: str, consent: Consent, tokens: TokenSet) -> OwnerRecord:
        """Store a new consent, which counts alone from now on, and return the owner; tokens are on disk then.

        Another process that holds the owner takes it up when it is done, one that listens within seconds.
        """
        gcid = Gcid(tokens.gcid)
        placed = replace(tokens, kept_at=self._store.locate())
        fresh = OwnerRecord(gcid=gcid, label=label, consents=(consent,), tokens=placed)
        await self._store.put_aside(fresh)
        self._spent_copy = None
        try:
            async with self.use(gcid, waits=False) as opened, opened.working:
                await self.take_up(opened)
                return opened.owner.record
        except OwnerBusy:
            return await self._store.load(gcid) or fresh

    async def take_up(self, opened: OpenOwner) -> bool:
        """Go on with the consents that came while the owner was held; tell whether there are any. Be `working`."""
        fresh = [record for record in await self._store.load_aside() if record.gcid == opened.owner.record.gcid]
        for record in fresh:
            await opened.owner.change(with_consent(opened.owner.record, record))
            if (tokens := opened.owner.record.tokens) is not None:
                await opened.tokens.replace(tokens)
            await self._store.remove_aside(record)
        return bool(fresh)

    async def take_up_all(self) -> None:
        """Go on with the consents that came meanwhile, of all owners who are open now."""
        for gcid in {record.gcid for record in await self._store.load_aside()} & set(self._open):
            async with self.use(gcid) as opened, opened.working:
                await self.take_up(opened)

    async def _enter(self, gcid: Gcid, *, waits: bool) -> OpenOwner:
        if await self._store.load(gcid) is None:
            raise _no_such_owner()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._store.hold(gcid, waits=waits))
            record = await self._store.load(gcid)
            if record is None:
                raise _no_such_owner()
            if record.tokens is not None and other_place(record.tokens.kept_at, self._store.locate()) is not None:
                await self._refuse_spent_copy()
            opened = self._made(HeldOwner(record, store=self._store), hold=stack)
            await self.take_up(opened)
            opened.hold = stack.pop_all()
        self._open[gcid] = opened
        return opened

    async def _refuse_spent_copy(self) -> None:
        """Refuse to use what was copied here, once one token of it was used already: ConfigError.

        Each renewal here would end the consent of an owner where the tokens come from.
        """
        if self._spent_copy is None:
            stored = await self._store.load_all()
            self._spent_copy = next((owner.label for owner in stored.records if is_ended_by_copy(owner)), "")
        if self._spent_copy:
            raise ConfigError(
                f"this folder of owners is a copy, and another one is in use: a token of {self._spent_copy} was "
                "used there already",
                hint=f"Use the other one. If it is used no more, invite or erase {self._spent_copy}; then this one "
                "goes on.",
            )

    def _made(self, owner: HeldOwner, *, hold: AsyncExitStack) -> OpenOwner:
        setup = self._setup
        tokens = Tokens(
            client_id=setup.client_id,
            store=owner,
            endpoints=setup.endpoints,
            session=setup.session,
            clock=setup.clock,
            is_providers=True,
        )
        rest = CarDataRest(
            tokens=tokens,
            ledger=self._ledger(owner.record.gcid),
            endpoints=setup.endpoints,
            session=setup.session,
            clock=setup.clock,
        )
        return OpenOwner(owner=owner, tokens=tokens, rest=rest, hold=hold)

    def _ledger(self, gcid: Gcid) -> QuotaLedger:
        """Return where an owner's calls are counted: in the folder, or else in memory."""
        if isinstance(self._store, OwnerFolder):
            return LedgerFile(self._store.calls_file(gcid))
        return self._ledgers.setdefault(gcid, MemoryLedger())


def is_ended_by_copy(owner: OwnerRecord) -> bool:
    """Tell whether an owner's token was found to be used by another copy of the record."""
    return owner.ended is not None and owner.ended.reason is RevocationReason.COPIED


def _no_such_owner() -> NotFound:
    return NotFound("this provider has no such owner", hint="bimmerhub provider owners lists them.")
