"""What the links of all accounts share."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.plausibility import Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.config import RestSettings
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.ingest.pipeline import IngestFigures
from bimmerhub.store.sqlite.store import SqliteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an account's link needs besides its account. The callables tell the hub what has happened."""

    book: AccountBook
    store: SqliteStore
    endpoints: Endpoints
    rest: RestSettings
    session: Session
    clock: Clock
    figures: IngestFigures
    jitter: random.Random
    plausibility: Plausibility
    quotas: QuotaBook
    images: CarImages
    stored: Callable[[Sequence[Reading]], None]
    introduce: Callable[[Vehicle], None]
    link_changed: Callable[[Link], None]
