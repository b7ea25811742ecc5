"""Opens the feeds of CarData's accounts: what `hub.parts` puts beside the family's id."""

import random
from collections.abc import Callable, Mapping
from typing import Protocol

from bimmerhub.bmw.cardata.endpoints import Relay
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.streaming.polled_link import PolledLink
from bimmerhub.bmw.cardata.streaming.relay import RelayStream
from bimmerhub.bmw.cardata.streaming.stream import CarDataStream
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.services import TITLES, CarDataService
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.quota import PERSON, SCHEDULE, QuotaBook
from bimmerhub.hub.coverage.listening import load_listened_until_ms
from bimmerhub.hub.feeds.cardata.cardata_containers import OwnContainers
from bimmerhub.hub.feeds.cardata.cardata_documents import CarDataDocuments
from bimmerhub.hub.feeds.cardata.cardata_feed import CarDataFeed
from bimmerhub.hub.feeds.cardata.cardata_newcomers import Newcomers
from bimmerhub.hub.feeds.cardata.cardata_plan import CallBook
from bimmerhub.hub.feeds.cardata.cardata_questions import AccountQuestions
from bimmerhub.hub.feeds.cardata.cardata_refresh import PlannedCalls
from bimmerhub.hub.feeds.cardata.cardata_schedule import Schedule
from bimmerhub.hub.feeds.cardata.cardata_vehicles import CarDataVehicles
from bimmerhub.hub.feeds.feed import Way
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles


class CarDataTables(Protocol):
    """What a CarData feed keeps in the store, besides what it gives to the ingest."""

    @property
    def vehicles(self) -> StoredVehicles:
        """The vehicles, and which accounts see them."""
        ...

    @property
    def documents(self) -> StoredDocuments:
        """Basic data, so that it is asked for once."""
        ...

    @property
    def containers(self) -> StoredContainers:
        """The containers that were made at BMW."""
        ...

    @property
    def settings(self) -> StoredSettings:
        """What came of each account's calls, and when it listened."""
        ...


class CarDataFeeds:
    """Opens a feed for each account. `introduce` makes a car known to the hub, `link_changed` is told each link.

    `is_seen` tells whether the hub knows that an account sees a car.

    `relays` are the brokers that accounts are read from instead of BMW's stream, by account.
    """

    def __init__(
        self,
        settings: RestSettings,
        *,
        store: CarDataTables,
        accesses: AccessBook,
        quotas: QuotaBook,
        relays: Mapping[str, Relay],
        images: CarImages,
        ingest: Ingest,
        introduce: Callable[[Vehicle], None],
        is_seen: Callable[[Vin, int], bool],
        link_changed: Callable[[Link], None],
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._settings = settings
        self._store = store
        self._accesses = accesses
        self._quotas = quotas
        self._relays = relays
        self._images = images
        self._ingest = ingest
        self._introduce = introduce
        self._is_seen = is_seen
        self._link_changed = link_changed
        self._clock = clock
        self._jitter = jitter

    def open(self, account: StoredAccount) -> CarDataFeed:
        """Return the feed of an account that has signed in; it connects when it runs.

        It streams, polls or does both, by what the sign-in was granted.
        """
        access = self._accesses.access(account)
        streams, asks = (service in account.services for service in (CarDataService.STREAM, CarDataService.API))
        schedule, newcomers = self._open_calls(account)
        relay = self._relays.get(account.name)
        way = Way.RELAY if relay is not None else Way.STREAM if streams else Way.POLL

        def open_link() -> CarDataStream | RelayStream | PolledLink:
            if relay is not None:
                return RelayStream(relay, clock=self._clock, jitter=self._jitter)
            if streams:
                return access.open_stream(jitter=self._jitter)
            return access.open_polled_link(words=_polling_words(self._settings))

        def change_link(link: Link) -> None:
            schedule.link_changed(link)
            self._link_changed(link)

        return CarDataFeed(
            account,
            way=way,
            open_link=open_link,
            beside={"new cars": newcomers.run, **({"REST": schedule.run} if asks else {})},
            pipeline=Pipeline(
                account=account.name,
                gcid=None if relay is not None else account.gcid,
                ingest=self._ingest,
                streamed=newcomers.hear,
                arrived=self._quotas.bmw_clock.when_arrived,
            ),
            link_changed=change_link,
            retried=schedule.retry_now,
            clock=self._clock,
            jitter=self._jitter,
        )

    def open_book(self, account: StoredAccount) -> CallBook:
        """Return what an account's plan of calls depends on, and what came of them."""
        return CallBook(
            account,
            self._settings,
            streams=account.name in self._relays or CarDataService.STREAM in account.services,
            quotas=self._quotas,
            vehicles=self._store.vehicles,
            containers=self._store.containers,
            documents=self._store.documents,
            images=self._images,
            settings=self._store.settings,
        )

    def _open_calls(self, account: StoredAccount) -> tuple[Schedule, Newcomers]:
        """Return what makes an account's calls: at its times, and when a new car streams."""

        async def may_spend() -> bool:
            may_ask = CarDataService.API in account.services
            return may_ask and await self._quotas.may_spend(account, caller=SCHEDULE)

        def introduce(car: Vehicle) -> None:
            self._introduce(car)
            schedule.wake()  # there may be a car to ask for that was not there before

        now_ms, bmw_clock = self._clock.now_ms, self._quotas.bmw_clock

        async def load_listened_until() -> int | None:
            until_ms = await load_listened_until_ms(self._store.settings, account.id, now_ms())
            return None if until_ms is None else bmw_clock.from_ours(until_ms)

        # without retries: the plan itself comes back later, and one retry layer is enough
        rest = self._accesses.access(account).open_rest(caller=SCHEDULE, retries=0)
        documents = self._open_documents(account, rest, introduce)
        vehicles = self._open_vehicles(account, documents, introduce)
        newcomers = Newcomers(
            account,
            cars=vehicles,
            vehicles=self._store.vehicles,
            settings=self._store.settings,
            introduce=self._introduce,
            is_seen=self._is_seen,
            may_spend=may_spend,
            clock=self._clock,
        )
        calls = PlannedCalls(
            account.name,
            documents=documents,
            vehicles=vehicles,
            containers=OwnContainers(account, rest=rest, stored=self._store.containers, now_ms=now_ms),
            stored=self._store.documents,
            now_ms=now_ms,
        )
        schedule = Schedule(
            account.name,
            book=self.open_book(account),
            make=calls.make,
            listened_until_ms=load_listened_until,
            clock=bmw_clock,
        )
        return schedule, newcomers

    def open_questions(self, account: StoredAccount) -> AccountQuestions:
        """Return what a person asks an account's questions with. Without retries, so that the price is what it says."""
        rest = self._accesses.access(account).open_rest(caller=PERSON, retries=0)
        documents = self._open_documents(account, rest, self._introduce)
        return AccountQuestions(
            documents=documents,
            vehicles=self._open_vehicles(account, documents, self._introduce),
            containers=OwnContainers(account, rest=rest, stored=self._store.containers, now_ms=self._clock.now_ms),
            calls_made=lambda: rest.calls_made,
        )

    def open_vehicles(self, account: StoredAccount, *, caller: str) -> CarDataVehicles:
        """Return what meets an account's cars for a `caller`, as the quota names it. Without retries."""
        rest = self._accesses.access(account).open_rest(caller=caller, retries=0)
        return self._open_vehicles(account, self._open_documents(account, rest, self._introduce), self._introduce)

    def _open_documents(
        self, account: StoredAccount, rest: CarDataRest, introduce: Callable[[Vehicle], None]
    ) -> CarDataDocuments:
        return CarDataDocuments(
            account,
            rest=rest,
            documents=self._store.documents,
            vehicles=self._store.vehicles,
            images=self._images,
            ingest=self._ingest,
            introduce=introduce,
            now_ms=self._clock.now_ms,
        )

    def _open_vehicles(
        self, account: StoredAccount, ask: CarDataDocuments, introduce: Callable[[Vehicle], None]
    ) -> CarDataVehicles:
        return CarDataVehicles(
            account,
            ask=ask,
            vehicles=self._store.vehicles,
            settings=self._store.settings,
            introduce=introduce,
            now_ms=self._clock.now_ms,
        )


def _polling_words(settings: RestSettings) -> str:
    often = "by REST, as often as the day's calls allow"
    if settings.refresh_h is not None:
        hours = f"{settings.refresh_h:g}"
        often = f"by REST every {hours} h" if settings.refresh_h else "only when you ask for them: rest.refresh_h is 0"
    return f"{TITLES[CarDataService.STREAM]} is not switched on; values come {often}"
