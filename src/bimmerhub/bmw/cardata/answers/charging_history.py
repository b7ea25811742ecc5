"""BMW's own record of charging: one account's sessions of one vehicle, newest first, over any stretch of time.

BMW gives ten sessions a page and refuses windows of more than about 45 days (CU-401: 30 and 45 days pass, 60 and 90 do
not; observed by clients 2025-2026). So we read a long stretch window by window, from its end back to its beginning, and
each window page by page. Two things can go wrong:

1. A page always fails (CU-500, observed by clients 2025-2026), because it holds a record that BMW cannot give out. We
   then halve the rest of the window again and again, the newer half first, down to SMALLEST_WINDOW. A stretch that
   still fails is yielded as a `SkippedPeriod`. When BMW fails at both halves of the first window, or at every call
   meanwhile, it is out of order: BmwUnavailable.
2. A page token has expired (CU-125), because the caller took long over a page. We ask anew for the rest of the window,
   from the oldest session that was yielded.

Cost: one call a window and one more for every further ten sessions, so a year takes at least 9. Narrowing down takes
about 12 more for each page that fails; at most MOST_NARROWING_CALLS of them may fail.
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

import msgspec

from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.errors import BmwRefused, BmwUnavailable
from bimmerhub.ids import Vin

_log = logging.getLogger(__name__)

LONGEST_WINDOW = timedelta(days=45)
SMALLEST_WINDOW = timedelta(days=1)
MOST_IDLE_PAGES = 2
"""Pages in a row without a session that was not there before; one more, and BMW's tokens are taken to go in a ring."""
MOST_NARROWING_CALLS = 16
MOST_FAILURES_IN_A_ROW = 8
"""One more than it takes from LONGEST_WINDOW down to SMALLEST_WINDOW: the neighbour of the smallest fails as well."""
FAILURES_AT_FIRST = 3
"""The first window and both of its halves: BMW fails at everything, and narrowing down would only spend calls."""
PAGE_TOKEN_EXPIRED = "CU-125"  # noqa: S105 - a code of BMW's
BROKEN_PAGE = "CU-500"
_SECOND = timedelta(seconds=1)

Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Unix seconds that a datetime can hold."""
Count = Annotated[int, msgspec.Meta(ge=0)]


class ChargingCost(msgspec.Struct, rename="camel", frozen=True):
    """What BMW thinks that a session cost, by the tariff that the driver entered; `currency` is ISO 4217."""

    currency: str | None = None
    calculated_charging_cost: float | None = None
    calculated_savings: float | None = None


class ChargingLocation(msgspec.Struct, rename="camel", frozen=True):
    """Where a session was, in BMW's words."""

    municipality: str | None = None
    formatted_address: str | None = None
    street_address: str | None = None
    latitude_deg: float | None = msgspec.field(default=None, name="mapMatchedLatitude")
    longitude_deg: float | None = msgspec.field(default=None, name="mapMatchedLongitude")


class ChargingBlock(msgspec.Struct, rename="camel", frozen=True):
    """A part of a session without a pause. Times are unix seconds, UTC.

    The last two fields come in the customer's archive only (observed by a client 2026).
    """

    start_time_s: Seconds = msgspec.field(name="startTime")
    end_time_s: Seconds | None = msgspec.field(default=None, name="endTime")
    average_grid_power_kw: float | None = msgspec.field(default=None, name="averagePowerGridKw")
    energy_from_grid_kwh: float | None = msgspec.field(default=None, name="energyConsumedFromPowerGridKwh")
    is_preconditioning_activated: bool | None = None


class ChargingPoint(msgspec.Struct, rename="camel", frozen=True):
    """A public charging point that may have been the one."""

    provider_name: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None


class PublicChargingPoint(msgspec.Struct, rename="camel", frozen=True):
    """The candidates that BMW found near the place."""

    potential_charging_point_matches: tuple[ChargingPoint, ...] = ()


class BusinessError(msgspec.Struct, rename="camel", frozen=True):
    """Something that went wrong while charging. `creation_time` is BMW's text, with or without zone."""

    creation_time: str | None = None
    hint: str | None = None


class BmwChargingSession(msgspec.Struct, rename="camel", frozen=True):
    """One session as BMW recorded it. It has no id: VIN and `start_time_s` name it. Times are unix seconds, UTC.

    `charging_s` is less than the session's length when charging paused. `energy_from_grid_kwh` may be missing or 0.
    `mileage` is in `mileage_units`, KM, MI or MILES (the swagger writes MileageUnits.KM). The last two fields are
    undocumented and were seen without values only. Source: BMW's swagger v1, and answers that clients observed
    2025-2026.
    """

    start_time_s: Seconds = msgspec.field(name="startTime")
    end_time_s: Seconds | None = msgspec.field(default=None, name="endTime")
    time_zone: str | None = None
    start_soc_percent: int | None = msgspec.field(default=None, name="displayedStartSoc")
    end_soc_percent: int | None = msgspec.field(default=None, name="displayedSoc")
    charging_s: Count | None = msgspec.field(default=None, name="totalChargingDurationSec")
    energy_from_grid_kwh: float | None = msgspec.field(default=None, name="energyConsumedFromPowerGridKwh")
    is_preconditioning_activated: bool | None = None
    mileage: Count | None = None
    mileage_units: str | None = None
    cost: ChargingCost | None = msgspec.field(default=None, name="chargingCostInformation")
    location: ChargingLocation | None = msgspec.field(default=None, name="chargingLocation")
    blocks: tuple[ChargingBlock, ...] = msgspec.field(default=(), name="chargingBlocks")
    public_charging_point: PublicChargingPoint | None = None
    business_errors: tuple[BusinessError, ...] = ()
    energy_decrease_hvb_kwh: float | None = None
    energy_discharged_kwh: float | None = None

    @property
    def started_at(self) -> datetime:
        """When it began, aware, in UTC."""
        return datetime.fromtimestamp(self.start_time_s, UTC)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, aware, in UTC; None when BMW did not say."""
        return None if self.end_time_s is None else datetime.fromtimestamp(self.end_time_s, UTC)

    @property
    def odometer_km(self) -> float | None:
        """The odometer at the session, in km; None without a unit that is known."""
        if self.mileage is None or self.mileage_units is None:
            return None
        unit = self.mileage_units.rpartition(".")[2].upper()
        miles = self.mileage * KM_PER_MILE
        return {"KM": float(self.mileage), "MI": miles, "MILES": miles}.get(unit)


class ChargingPage(msgspec.Struct, frozen=True):
    """One answer: up to ten sessions, newest first, and the token of the next page, if there is one.

    `unreadable_items` counts what is not in `data` because it could not be read.
    """

    data: tuple[BmwChargingSession, ...] = ()
    next_token: str | None = None
    unreadable_items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPeriod:
    """A stretch of time that BMW could not answer for: sessions that began in it may be missing. Aware, in UTC."""

    since: datetime
    until: datetime


class ChargingPages(Protocol):
    """Where pages come from."""

    async def fetch_charging_page(
        self, vin: Vin, since: datetime, until: datetime, *, next_token: str | None = None, may_be_broken: bool = False
    ) -> ChargingPage:
        """Return one page. One call; a CU-500 is not tried again when the page `may_be_broken`."""
        ...


class HistoryReader:
    """Reads one vehicle's history once, from `until` back to `since` (aware datetimes)."""

    def __init__(self, pages: ChargingPages, vin: Vin) -> None:
        self._pages = pages
        self._vin = vin
        self._seen: set[int] = set()
        self._has_answered = False
        self._failures_in_a_row = 0
        self._narrowing_calls = 0

    async def read(self, since: datetime, until: datetime) -> AsyncGenerator[BmwChargingSession | SkippedPeriod]:
        """Yield the sessions, newest first, none twice; a SkippedPeriod stands where some may be missing."""
        end = until
        while end > since:
            begin = max(since, end - LONGEST_WINDOW)
            async with aclosing(self._window(begin, end, is_narrowed=False)) as items:
                async for item in items:
                    yield item
            end = begin

    async def _window(
        self,
        begin: datetime,
        end: datetime,
        *,
        is_narrowed: bool,
        first: ChargingPage | BmwUnavailable | None = None,
    ) -> AsyncGenerator[BmwChargingSession | SkippedPeriod]:
        """Yield the sessions of one window; `first` is what its first call gave, when that was made already."""
        token: str | None = None
        reached = end
        idle_pages = 0
        while True:
            try:
                page = await self._fetch(begin, end, token, is_narrowed=is_narrowed) if first is None else _page(first)
                first = None
            except BmwRefused as error:
                if error.code != PAGE_TOKEN_EXPIRED or token is None or reached == end:
                    raise
                token, end = None, reached
                continue
            except BmwUnavailable as error:
                if error.fault_code != BROKEN_PAGE:
                    raise
                async with aclosing(self._narrowed(begin, reached, error)) as items:
                    async for item in items:
                        yield item
                return
            unseen = self._unseen(page)
            for session in unseen:
                reached = min(reached, max(begin, session.started_at))
                yield session
            if page.next_token is None or page.next_token == token:
                return
            idle_pages = 0 if unseen else idle_pages + 1
            if idle_pages > MOST_IDLE_PAGES:
                yield _skipped(begin, reached)
                return
            token = page.next_token

    def _unseen(self, page: ChargingPage) -> list[BmwChargingSession]:
        """Return the sessions of a page that no page had before, each once; they count as seen from now on."""
        unseen = []
        for session in page.data:
            if session.start_time_s not in self._seen:
                self._seen.add(session.start_time_s)
                unseen.append(session)
        return unseen

    async def _narrowed(
        self, begin: datetime, end: datetime, error: BmwUnavailable
    ) -> AsyncGenerator[BmwChargingSession | SkippedPeriod]:
        """Read what is left of a window by halves, the newer first.

        While BMW has answered nothing yet, the older half is asked for beforehand: its answer, which is used later,
        tells whether one record is at fault or all of BMW.
        """
        if self._failures_in_a_row >= (MOST_FAILURES_IN_A_ROW if self._has_answered else FAILURES_AT_FIRST):
            raise error
        if end - begin <= SMALLEST_WINDOW or self._narrowing_calls >= MOST_NARROWING_CALLS:
            yield _skipped(begin, end)
            return
        middle = begin + timedelta(seconds=(end - begin) // (2 * _SECOND))
        older = None if self._has_answered else await self._tried(begin, middle)
        for since, until, first in ((middle, end, None), (begin, middle, older)):
            async with aclosing(self._window(since, until, is_narrowed=True, first=first)) as items:
                async for item in items:
                    yield item

    async def _tried(self, begin: datetime, end: datetime) -> ChargingPage | BmwUnavailable:
        """Return a window's first page, or how BMW failed at it."""
        try:
            return await self._fetch(begin, end, None, is_narrowed=True)
        except BmwUnavailable as error:
            return error

    async def _fetch(self, begin: datetime, end: datetime, token: str | None, *, is_narrowed: bool) -> ChargingPage:
        try:
            page = await self._pages.fetch_charging_page(
                self._vin, begin, end, next_token=token, may_be_broken=is_narrowed
            )
        except BmwUnavailable:
            self._failures_in_a_row += 1
            self._narrowing_calls += is_narrowed
            raise
        self._has_answered, self._failures_in_a_row = True, 0
        return page


def _page(tried: ChargingPage | BmwUnavailable) -> ChargingPage:
    if isinstance(tried, BmwUnavailable):
        raise tried
    return tried


def _skipped(begin: datetime, end: datetime) -> SkippedPeriod:
    _log.warning("charging history: %s to %s cannot be had from BMW and is left out", begin, end)
    return SkippedPeriod(since=begin, until=end)


def window_time(at: datetime) -> str:
    """Return a time in the form that BMW takes for `from` and `to`: unix seconds are CU-401 (observed 2025-2026)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
