"""Makes the support bundle from whatever parts of a hub there are: all of one that runs, or a store alone, or nothing.

Each section is made by itself: what is broken is told in words, and the other sections are there all the same.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec import MsgspecError
from typing_extensions import override

from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.accounts.quota import load_quota
from bimmerhub.hub.coverage.listening import load_listening
from bimmerhub.hub.doctor.link_watch import Cut
from bimmerhub.hub.reporting.bundle_lines import (
    describe_account,
    describe_call,
    describe_car,
    describe_check,
    describe_health,
    describe_log,
)
from bimmerhub.hub.reporting.descriptor_words import DescriptorMask
from bimmerhub.hub.reporting.own_words import mask_words, own_words
from bimmerhub.hub.reporting.recent_log import LogLine
from bimmerhub.hub.reporting.shown_versions import describe_versions
from bimmerhub.store.ports.accounts import StoredAccount, StoredAccounts
from bimmerhub.store.ports.figures import StoredFigures
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.quota import StoredQuotaCalls
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.views.ports.accounts import Examination
from bimmerhub.views.ports.cars import CoverageJudge
from bimmerhub.views.ports.health import HealthReport
from bimmerhub.views.support_bundle import (
    LEFT_OUT,
    AccountLines,
    BundleAnswer,
    CarLines,
    RefusedRows,
    StoreLines,
    SupportBundles,
)

SECTION_WITHIN_S: Final = 20.0
EXAMINED_WITHIN_S: Final = 40.0
CALL_DAYS: Final = 3
MOST_REFUSED: Final = 2_000

_BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    ExceptionGroup,
    LookupError,
    MsgspecError,
    OSError,
    TypeError,
    ValueError,
)
"""What reading a damaged store may raise: what is broken is what a report is about, so it must not break by it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredParts:
    """What a bundle reads of a store that can be read."""

    accounts: StoredAccounts
    vehicles: StoredVehicles
    quota_calls: StoredQuotaCalls
    settings: StoredSettings
    readings: ReadingQuery
    figures: StoredFigures
    quarantine: Quarantine
    coverage: CoverageJudge
    rules: QuotaRules


class HomeStore(ReadingQuery, StoredFigures, Quarantine, Protocol):
    """The store of a home, as far as a bundle reads it."""

    @property
    def accounts(self) -> StoredAccounts:
        """The accounts."""

    @property
    def vehicles(self) -> StoredVehicles:
        """The vehicles."""

    @property
    def quota(self) -> StoredQuotaCalls:
        """The REST calls that were made."""

    @property
    def settings(self) -> StoredSettings:
        """Small texts by key."""


def stored_parts(store: HomeStore, *, coverage: CoverageJudge, rules: QuotaRules) -> StoredParts:
    """Return what a bundle reads of a store."""
    return StoredParts(
        accounts=store.accounts,
        vehicles=store.vehicles,
        quota_calls=store.quota,
        settings=store.settings,
        readings=store,
        figures=store,
        quarantine=store,
        coverage=coverage,
        rules=rules,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParts:
    """What only a hub that runs has."""

    health: HealthReport
    links: Callable[[], Sequence[Link]]
    cuts: Callable[[str], Sequence[Cut]]
    examination: Examination
    log: Callable[[], Sequence[LogLine]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMaker(SupportBundles):
    """Makes bundles of the parts that are there.

    `hub` says whether one runs; `shown_settings` are described already; `schema` is that of the file, None where it
    cannot be read, which `store_trouble` then says; `checks` are those that were made without a hub.
    """

    hub: str
    shown_settings: dict[str, str]
    schema: int | None
    schema_of_program: int
    now_ms: Callable[[], int]
    stored: StoredParts | None = None
    store_trouble: str | None = None
    live: LiveParts | None = None
    checks: Sequence[Check] = ()
    troubles: Sequence[str] = ()
    relayed: frozenset[str] = field(default_factory=frozenset)

    @override
    async def make_bundle(self) -> BundleAnswer:
        await asyncio.to_thread(own_words)  # a second's work, once: live values must not wait for it
        return await _Making(self).make()


class _Making:
    """One bundle being made."""

    def __init__(self, parts: BundleMaker) -> None:
        self._parts = parts
        self._mask = DescriptorMask()
        self._troubles = [mask_words(trouble) for trouble in parts.troubles]
        self._numbers: dict[int, int] = {}

    async def make(self) -> BundleAnswer:
        parts, live = self._parts, self._parts.live
        store = await self._make_store()
        accounts = await self._section("accounts", self._make_accounts, list[AccountLines]())
        cars = await self._section("cars", self._make_cars, list[CarLines]())
        refused = await self._section("quarantine", self._make_refused, list[RefusedRows]())
        return BundleAnswer(
            made_at=format_time(parts.now_ms()),
            hub=mask_words(parts.hub),
            versions=await asyncio.to_thread(describe_versions),
            settings=parts.shown_settings,
            store=store,
            health=None if live is None else describe_health(live.health.health()),
            accounts=accounts,
            cars=cars,
            refused=refused,
            checks=[describe_check(check) for check in parts.checks],
            log=[] if live is None else [describe_log(line) for line in live.log()],
            troubles=self._troubles,
            left_out=list(LEFT_OUT),
        )

    async def _section(
        self, name: str, make: Callable[[], Awaitable[T]], instead: T, *, within_s: float = SECTION_WITHIN_S
    ) -> T:
        """Return what `make` makes, or `instead` when it fails, which is then among the troubles."""
        try:
            async with asyncio.timeout(within_s):
                return await make()
        except TimeoutError:
            self._troubles.append(f"{name}: not done within {within_s:.0f} s")
        except BimmerhubError as error:
            self._troubles.append(f"{name}: {mask_words(str(error))}")
        except _BROKEN as error:
            self._troubles.append(f"{name}: {type(error).__name__}: {mask_words(str(error))}")
        return instead

    async def _make_store(self) -> StoreLines:
        parts = self._parts
        trouble = None if parts.store_trouble is None else mask_words(parts.store_trouble)
        lines = StoreLines(schema=parts.schema, schema_of_program=parts.schema_of_program, trouble=trouble)
        stored = parts.stored
        if stored is None:
            return lines

        async def count() -> StoreLines:
            figures = await stored.figures.figures()
            return StoreLines(
                schema=parts.schema,
                schema_of_program=parts.schema_of_program,
                readings=figures.readings,
                journal_entries=figures.journal_entries,
                refused=figures.refused,
                database_bytes=figures.database_bytes,
                trouble=trouble,
            )

        return await self._section("figures of the database", count, lines)

    async def _make_accounts(self) -> list[AccountLines]:
        stored = self._parts.stored
        if stored is None:
            return []
        accounts = await stored.accounts.accounts()
        self._numbers = {account.id: number for number, account in enumerate(accounts, start=1)}
        return [await self._make_account(stored, account) for account in accounts]

    async def _make_account(self, stored: StoredParts, account: StoredAccount) -> AccountLines:
        live, now_ms = self._parts.live, self._parts.now_ms()
        number = self._numbers[account.id]
        link = next((link for link in live.links() if link.account == account.name), None) if live else None
        listening = await load_listening(stored.settings, [account.id], [], now_ms)
        calls = await stored.quota_calls.calls_since(account.owner, now_ms - CALL_DAYS * DAY_MS)
        return describe_account(
            account,
            number=number,
            is_signed_in=await stored.accounts.load_tokens(account.id) is not None,
            is_relayed=account.name in self._parts.relayed,
            link=link,
            cuts=live.cuts(account.name) if live else (),
            spans=listening.spans,
            quota=None
            if account.family.takes_password
            else await load_quota(stored.quota_calls, account, now_ms, stored.rules),
            calls=[describe_call(call) for call in calls],
            checks=await self._examine(account, number),
        )

    async def _examine(self, account: StoredAccount, number: int) -> Sequence[Check]:
        live = self._parts.live
        if live is None:
            return ()

        async def examine() -> Sequence[Check]:
            return await live.examination.examine(account.name, spends_calls=False)

        return await self._section(f"doctor of account {number}", examine, (), within_s=EXAMINED_WITHIN_S)

    async def _make_cars(self) -> list[CarLines]:
        stored = self._parts.stored
        if stored is None:
            return []
        cars: list[CarLines] = []
        for number, car in enumerate(await stored.vehicles.vehicles(), start=1):
            make = partial(self._make_car, stored, car, number)
            made = await self._section(f"car {number}", make, None)
            cars += [] if made is None else [made]
        return cars

    async def _make_car(self, stored: StoredParts, car: Vehicle, number: int) -> CarLines | None:
        return describe_car(
            car,
            number=number,
            head_unit=await stored.coverage.head_unit(car.vin),
            accounts=self._numbers,
            series=await stored.readings.series(car.vin),
            coverage=await stored.coverage.coverage(car.vin),
            mask=self._mask,
            now_ms=self._parts.now_ms(),
        )

    async def _make_refused(self) -> list[RefusedRows]:
        stored = self._parts.stored
        if stored is None:
            return []
        rows = await stored.quarantine.refused(limit=MOST_REFUSED)
        counted = Counter(
            (mask_words(row.reason), None if row.descriptor is None else self._mask.mask(row.descriptor))
            for row in rows
        )
        return [
            RefusedRows(reason=reason, descriptor=descriptor, count=count)
            for (reason, descriptor), count in counted.most_common()
        ]
