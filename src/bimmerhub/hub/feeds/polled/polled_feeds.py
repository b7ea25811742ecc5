"""Opens the feeds of accounts that are asked: what `hub.parts` puts beside the id of each such family."""

import random
from collections.abc import Callable
from functools import partial

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import Link
from bimmerhub.hub.accounts.password_access import PasswordAccessBook
from bimmerhub.hub.feeds.car_words import CarWords
from bimmerhub.hub.feeds.polled.polled_cars import PolledCars
from bimmerhub.hub.feeds.polled.polled_feed import PolledFeed
from bimmerhub.hub.feeds.polled.polled_memory import PolledMemory
from bimmerhub.hub.feeds.polled.polled_pace import PollingSettings
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles


class PolledFeeds:
    """Opens a feed for each account. `link_changed` is told each link."""

    def __init__(
        self,
        settings: PollingSettings,
        *,
        accesses: PasswordAccessBook,
        vehicles: StoredVehicles,
        documents: StoredDocuments,
        words: CarWords,
        notes: StoredSettings,
        live: LiveVehicles,
        ingest: Ingest,
        link_changed: Callable[[Link], None],
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._settings = settings
        self._accesses = accesses
        self._vehicles = vehicles
        self._documents = documents
        self._words = words
        self._notes = notes
        self._live = live
        self._ingest = ingest
        self._link_changed = link_changed
        self._clock = clock
        self._jitter = jitter
        self._cars: dict[int, tuple[int | None, PolledCars]] = {}

    def open(self, account: StoredAccount) -> PolledFeed:
        """Return the feed of an account that has signed in; it asks when it runs."""
        memory = PolledMemory(self._notes, account.id)
        cars = self._open_cars(account, memory)
        self._cars[account.id] = (account.signed_in_at_ms, cars)
        return PolledFeed(
            account,
            cars=cars,
            asked_at_ms=memory.asked_at_ms,
            has_new_tokens=partial(self._accesses.has_new_tokens, account),
            standing=partial(self._accesses.standing, account),
            settings=self._settings,
            link_changed=self._link_changed,
            clock=self._clock,
            jitter=self._jitter,
        )

    def cars(self, account: StoredAccount) -> PolledCars:
        """Return the questions of an account, those of its feed if it has one; others after each sign-in."""
        signed_in_at_ms, cars = self._cars.get(account.id, (None, None))
        if cars is None or signed_in_at_ms != account.signed_in_at_ms:
            cars = self._open_cars(account, PolledMemory(self._notes, account.id))
            self._cars[account.id] = (account.signed_in_at_ms, cars)
        return cars

    def _open_cars(self, account: StoredAccount, memory: PolledMemory) -> PolledCars:
        return PolledCars(
            account,
            open_client=partial(self._accesses.client, account),
            opened_client=partial(self._accesses.opened, account),
            vehicles=self._vehicles,
            documents=self._documents,
            words=self._words,
            ingest=self._ingest,
            memory=memory,
            introduce=self._live.introduce,
            state=self._live.state,
            now_ms=self._clock.now_ms,
        )
