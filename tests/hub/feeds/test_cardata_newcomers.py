"""When a car that nobody named is asked about again: a day after an answer, an hour after a failure."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.errors import BmwUnavailable
from bimmerhub.hub.feeds.cardata.cardata_newcomers import Newcomers
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import HOUR_MS

CAR = Vin("WBA00000000000001")


@dataclass
class Site:
    """A car that streams every half hour; BMW is out of order until `bmw_up_at_h`."""

    bmw_up_at_h: float
    hour: float = 0.0
    asked_at_h: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return 10**12 + round(self.hour * HOUR_MS)

    async def sleep_until(self, at_ms: int) -> None:
        raise AssertionError(f"nobody sleeps here, until {at_ms}")

    def elapsed_s(self) -> float:
        return self.hour * 3_600

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody sleeps here, for {seconds} s")

    async def was_met(self) -> bool:
        return True

    async def meet_all(self) -> None:
        self.asked_at_h.append(self.hour)
        if self.hour < self.bmw_up_at_h:
            raise BmwUnavailable("out of order")


async def yes() -> bool:
    return True


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        yield store


async def open_newcomers(store: SqliteStore, site: Site) -> Newcomers:
    account = await store.accounts.save_account(NewAccount(name="home", family=Family.CARDATA, client_id="c"))
    return Newcomers(
        account,
        cars=site,
        vehicles=store.vehicles,
        settings=store.settings,
        introduce=lambda _: None,
        is_seen=lambda *_: True,
        may_spend=yes,
        clock=site,
    )


@pytest.mark.parametrize(("bmw_up_at_h", "asked_at_h"), [(0.0, [0, 24, 48]), (2.0, [0, 1, 2, 26])])
@pytest.mark.parametrize("restarts", [False, True])
async def test_an_answer_counts_for_a_day_and_a_failure_for_an_hour(
    store: SqliteStore, bmw_up_at_h: float, asked_at_h: list[float], *, restarts: bool
) -> None:
    site = Site(bmw_up_at_h)
    newcomers = await open_newcomers(store, site)
    while site.hour < 49:
        await newcomers.look_into({CAR})
        site.hour += 0.5
        newcomers = await open_newcomers(store, site) if restarts else newcomers
    assert site.asked_at_h == asked_at_h


async def test_a_clock_that_was_ahead_for_a_while_keeps_no_car_from_being_asked_about(store: SqliteStore) -> None:
    site = Site(bmw_up_at_h=0)
    newcomers = await open_newcomers(store, site)
    site.hour = 24 * 3_660
    await newcomers.look_into({CAR})
    site.hour = 1
    await newcomers.look_into({CAR})
    await newcomers.look_into({CAR})
    assert site.asked_at_h == [24 * 3_660, 1]
