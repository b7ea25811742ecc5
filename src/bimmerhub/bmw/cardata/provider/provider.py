"""A service provider's front door: many owners, each with tokens, consent and quota of their own.

Little is public of BMW's interface for third parties (BMW's pages, 2025-2026): a provider asks the owner for access to
data, the owner grants it, and withdraws it in the portal. Inferred, until somebody shows it: that the owner consents by
the device flow with the provider's client id, and that REST and stream are those of the customers' interface, whose
answers are known. So this has been tried against the emulator only.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bimmerhub.bmw.cardata.auth import SignIn
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.provider.invitation import Invitation, check_label
from bimmerhub.bmw.cardata.provider.open_owners import OpenOwner, OpenOwners, ProviderSetup
from bimmerhub.bmw.cardata.provider.owner import OwnerRecord, Purpose, Revocation
from bimmerhub.bmw.cardata.provider.owner_reader import OwnerReader
from bimmerhub.bmw.cardata.provider.owner_store import OwnerStore, StoredOwners
from bimmerhub.bmw.cardata.provider.owner_streams import OwnerEvent, OwnerStreams
from bimmerhub.bmw.cardata.provider.provider_hints import INVITE_AGAIN, with_provider_hint
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import BimmerhubError, SignInRequired
from bimmerhub.ids import Gcid

AT_ONCE = 8
"""How many owners are asked for at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerOutcome:
    """What came of one owner: readings, what was found to be taken back, and the error that kept the rest away.

    `owner` is the record as it is afterwards.
    """

    owner: OwnerRecord
    readings: tuple[Reading, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    error: BimmerhubError | None = None


class Provider:
    """A service provider with one client id; use as `async with`.

    >>> purpose = Purpose(text="Tell you when a service is due", descriptors=(ODOMETER,))
    >>> async with Provider(client_id=CLIENT_ID, owners=OwnerFolder("owners"), purpose=purpose) as provider:
    ...     invitation = await provider.invite("job 4711")
    ...     print(invitation.code.verification_uri_complete)
    ...     await invitation.accepted()
    ...     for outcome in await provider.read_all():
    ...         print(outcome.owner.label, outcome.readings, outcome.revocations, outcome.error)

    A session from outside stays open. With an `OwnerFolder` the REST calls of each owner are counted in it, else in
    memory only.
    """

    _setup: ProviderSetup
    _owners: OpenOwners

    def __init__(
        self,
        *,
        client_id: str,
        owners: OwnerStore,
        purpose: Purpose | None = None,
        endpoints: Endpoints | None = None,
        session: Session | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self._client_id = client_id
        self._store = owners
        self._purpose = purpose
        self._endpoints = endpoints or Endpoints()
        self._session = session
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        session = self._session
        if session is None:
            session = await self._stack.enter_async_context(open_session())
        self._setup = ProviderSetup(
            client_id=self._client_id, endpoints=self._endpoints, session=session, clock=self.clock
        )
        self._owners = OpenOwners(self._store, self._setup)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def invite(self, label: str, *, purpose: Purpose | None = None) -> Invitation:
        """Ask BMW for a link and a code for one owner. Costs no quota; good for five minutes.

        `label` is your own name for them, such as the number of a job; ConfigError when it has no letters to be read.
        `purpose` is the provider's unless another one is given. BmwRefused when BMW does not know the client, or it is
        subscribed to no service.
        """
        check_label(label)
        wanted = purpose or self._purpose or Purpose(text="", descriptors=())  # which it refuses, with words
        sign_in = SignIn(
            client_id=self._client_id, endpoints=self._endpoints, session=self._setup.session, clock=self.clock
        )
        code = await sign_in.start()
        return Invitation(sign_in, code, label=label, purpose=wanted, owners=self._owners, clock=self.clock)

    async def load_owners(self) -> StoredOwners:
        """Return every owner with consents and revocations, as kept here; asks BMW nothing."""
        return await self._store.load_all()

    async def read(self, gcid: Gcid) -> OwnerOutcome:
        """Return the last known values of one owner's cars, and what was found to be taken back; wakes no car.

        An owner whose consent has ended is not asked for at all: no readings, and no call. Cost: `owner_reader`. What
        keeps the owner from being read is in the outcome; NotFound for an unknown owner.
        """
        return await self._work(gcid, reads=True)

    async def renew(self, gcid: Gcid) -> OwnerOutcome:
        """Renew one owner's tokens when it is time to, without reading. Costs no quota; otherwise as `read`.

        BMW ends what was not renewed for 14 days, and reading renews: so this is for owners who are hardly ever read.
        """
        return await self._work(gcid, reads=False)

    @asynccontextmanager
    async def rest(self, gcid: Gcid) -> AsyncIterator[CarDataRest]:
        """Give the block every REST operation of one owner, for what `read` does not read, such as charging history.

        Each costs the owner a call, and answers what the consent names (BmwRefused otherwise: CU-104 for a car, CU-105
        for a container, CU-403 for another resource; the last is inferred). SignInRequired when the consent has ended;
        that is noted. NotFound for an unknown owner.
        """
        async with self._owners.use(gcid) as opened, opened.working:
            if not opened.owner.record.is_active:
                raise SignInRequired("the owner's consent has ended", hint=INVITE_AGAIN)
            try:
                yield opened.rest
            except SessionEnded as error:
                with suppress(SignInRequired):
                    await opened.owner.end_by(error, now_ms=self.clock.now_ms())
                raise with_provider_hint(error) from error

    async def read_all(self, gcids: Collection[Gcid] | None = None) -> list[OwnerOutcome]:
        """Return what came of each active owner, or of these, in the order of their labels; AT_ONCE at a time.

        One owner's failure is in their outcome and keeps nobody else from being read.
        """
        return await self._each(gcids, reads=True)

    async def renew_all(self, gcids: Collection[Gcid] | None = None) -> list[OwnerOutcome]:
        """Return what came of the renewal for each active owner, or for these; as `read_all`, and costs no quota."""
        return await self._each(gcids, reads=False)

    @asynccontextmanager
    async def listening(self, gcids: Collection[Gcid] | None = None) -> AsyncIterator[AsyncGenerator[OwnerEvent]]:
        """Listen to the streams of all active owners, or of these, while the block runs. Costs no quota.

        Gives the block their events as they come, until no owner is left: readings, changes of links, revocations, and
        whoever cannot be listened to, which is nobody else's failure. An owner who consents meanwhile is not among
        them. Several parts of one Provider may read and listen at a time; another process has to wait.

        >>> async with provider.listening() as events:
        ...     async for event in events:
        ...         print(event)
        """
        owners = await self._chosen(gcids)
        streams = OwnerStreams(self._owners, endpoints=self._endpoints, clock=self.clock)
        async with streams.listening(owners) as events:
            yield events

    async def erase(self, gcid: Gcid) -> None:
        """Forget an owner with tokens, consents and all. Until they withdraw it at BMW, the consent stands there."""
        async with self._store.hold(gcid):
            await self._store.erase(gcid)

    async def _chosen(self, gcids: Collection[Gcid] | None) -> list[OwnerRecord]:
        stored = await self._store.load_all()
        return [owner for owner in stored.records if (owner.is_active if gcids is None else owner.gcid in gcids)]

    async def _each(self, gcids: Collection[Gcid] | None, *, reads: bool) -> list[OwnerOutcome]:
        owners = await self._chosen(gcids)
        places = asyncio.Semaphore(AT_ONCE)

        async def outcome(owner: OwnerRecord) -> OwnerOutcome:
            async with places:
                return await self._outcome(owner, reads=reads)

        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(outcome(owner), name="owner") for owner in owners]
        return [work.result() for work in working]

    async def _outcome(self, owner: OwnerRecord, *, reads: bool) -> OwnerOutcome:
        try:
            return await self._work(owner.gcid, reads=reads)
        except BimmerhubError as error:
            return OwnerOutcome(owner=owner, error=error)

    async def _work(self, gcid: Gcid, *, reads: bool) -> OwnerOutcome:
        """Read an owner, or only renew the tokens; a failure is in the outcome."""
        readings: list[Reading] = []
        failure: BimmerhubError | None = None
        async with self._owners.use(gcid) as opened, opened.working:
            owner = opened.owner
            seen = len(owner.revocations)
            try:
                if owner.record.is_active and reads:
                    readings = await OwnerReader(owner, rest=opened.rest, clock=self.clock).read()
                elif owner.record.is_active:
                    await _renew(opened, now_ms=self.clock.now_ms())
            except BimmerhubError as error:
                failure = with_provider_hint(error)
            revocations = tuple(owner.revocations[seen:])
            return OwnerOutcome(owner=owner.record, readings=tuple(readings), revocations=revocations, error=failure)


async def _renew(opened: OpenOwner, *, now_ms: int) -> None:
    try:
        await opened.tokens.current()
    except SignInRequired as error:
        await opened.owner.end_by(error, now_ms=now_ms)
