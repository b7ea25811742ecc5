"""The owners that a provider is at work for: each is held once, however many parts of this process are at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.provider.held_owner import HeldOwner
from bimmerhub.bmw.cardata.provider.owner import Consent, OwnerRecord
from bimmerhub.bmw.cardata.provider.owner_store import OwnerFolder, OwnerStore
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens import Tokens, TokenSet
from bimmerhub.errors import NotFound
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

    @asynccontextmanager
    async def use(self, gcid: Gcid) -> AsyncIterator[OpenOwner]:
        """Hold an owner while the block runs; NotFound for an unknown one, ConfigError as `OwnerStore.hold`."""
        async with self._opening.setdefault(gcid, asyncio.Lock()):
            opened = self._open.get(gcid) or await self._enter(gcid)
            opened.users += 1
        try:
            yield opened
        finally:
            opened.users -= 1
            if not opened.users:
                del self._open[gcid]
                await opened.tokens.finish()
                await opened.hold.aclose()

    async def enrol(self, label: str, consent: Consent, tokens: TokenSet) -> OwnerRecord:
        """Store a new consent, which counts alone from now on, and return the owner; tokens are on disk then."""
        gcid = Gcid(tokens.gcid)
        fresh = OwnerRecord(gcid=gcid, label=label, consents=(consent,), tokens=tokens)
        if gcid not in self._open:
            async with self._store.hold(gcid):
                record = _after(await self._store.load(gcid), fresh)
                await self._store.save(record)
                return record
        async with self.use(gcid) as opened, opened.working:
            await opened.owner.change(_after(opened.owner.record, fresh))
            await opened.tokens.replace(tokens)
            return opened.owner.record

    async def _enter(self, gcid: Gcid) -> OpenOwner:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._store.hold(gcid))
            record = await self._store.load(gcid)
            if record is None:
                raise NotFound("this provider has no such owner", hint="bimmerhub provider owners lists them.")
            opened = self._made(HeldOwner(record, store=self._store), hold=stack.pop_all())
        self._open[gcid] = opened
        return opened

    def _made(self, owner: HeldOwner, *, hold: AsyncExitStack) -> OpenOwner:
        setup = self._setup
        tokens = Tokens(
            client_id=setup.client_id, store=owner, endpoints=setup.endpoints, session=setup.session, clock=setup.clock
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


def _after(earlier: OwnerRecord | None, fresh: OwnerRecord) -> OwnerRecord:
    """Return the record of an owner who consents, with what was before."""
    if earlier is None:
        return fresh
    return replace(fresh, consents=(*earlier.consents, *fresh.consents), revocations=earlier.revocations)
