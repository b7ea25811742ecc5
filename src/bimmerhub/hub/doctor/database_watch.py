"""Checks the database in the background: at each start and every week. A damaged one is exchanged; health says so."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.checks import Check, failed, ok, warning
from bimmerhub.errors import StoreError
from bimmerhub.store.ports.soundness import Damage, SetAside, StoredSoundness
from bimmerhub.times import DAY_MS, HOUR_MS, format_time
from bimmerhub.views.ports.database_check import CheckedDatabase, DatabaseChecks

CHECK_EVERY_S: Final = 7 * DAY_MS / 1000
TRY_AGAIN_S: Final = HOUR_MS / 1000
"""How long a damaged database that could not be exchanged stays in use before that is tried again."""
_HINT: Final = "See what is lost: bimmerhub damage show. Then: bimmerhub damage acknowledge, bimmerhub damage clear"

_log = logging.getLogger(__name__)


class DatabaseWatch(DatabaseChecks):
    """Runs the checks.

    `reload` makes anew what the hub remembers of the database, after another took its place; `replay` takes readings
    that were lost from the raw messages again, and returns how many. Before both, what is in `after_exchange` stores
    again what is in force in memory.
    """

    def __init__(
        self,
        stored: StoredSoundness,
        *,
        reload: Callable[[], Awaitable[None]],
        replay: Callable[[], Awaitable[int]],
        clock: Clock,
    ) -> None:
        self._stored = stored
        self._reload = reload
        self._replay = replay
        self.after_exchange: list[Callable[[], Awaitable[None]]] = []
        self._clock = clock
        self._checking = asyncio.Lock()
        self._checked_at_ms: int | None = None
        self._problems: Sequence[str] = ()
        self._recounted: Sequence[str] = ()
        self._unacknowledged: list[Damage] = []
        self._set_aside: Sequence[SetAside] = ()

    async def load(self) -> None:
        """Read which damages nobody has taken note of yet, and what was set aside."""
        self._set_aside = await self._stored.set_aside()
        damages = await self._stored.damages()
        self._unacknowledged = [damage for damage in damages if damage.acknowledged_at_ms is None]

    async def run(self) -> None:
        """Check now and every week, until cancelled; what other parts met and exchanged is taken note of at once."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follow(), name="follow exchanged databases")
            tasks.create_task(self._check_weekly(), name="check the database")

    @override
    def newest(self) -> CheckedDatabase:
        return CheckedDatabase(
            checked_at_ms=self._checked_at_ms,
            problems=self._problems,
            recounted=self._recounted,
            failure=self._stored.failure,
            saved_percent=self._stored.saved_percent,
        )

    @override
    async def check(self) -> CheckedDatabase:
        return await self._check(is_asked=True)

    async def _check(self, *, is_asked: bool) -> CheckedDatabase:
        async with self._checking:
            problems = await self._stored.find_damage()
            self._problems = problems
            if problems:
                _log.error("the check of the database found damage: %s", problems[0])
                if await self._stored.exchange_if_damaged(problems[0], is_asked=is_asked):
                    self._problems = ()
            self._recounted = () if self._problems else await self._stored.recount()
            for words in self._recounted:
                _log.warning("a counter of the database was off and is counted again: %s", words)
            self._checked_at_ms = self._clock.now_ms()
            await self.load()
        return self.newest()

    @override
    async def clear(self) -> None:
        await self._stored.clear()
        await self.load()

    @override
    async def acknowledge(self) -> int:
        acknowledged = await self._stored.acknowledge(at_ms=self._clock.now_ms())
        await self.load()
        return acknowledged

    def troubles(self) -> list[str]:
        """Return in words what a person has to know of the database, nothing when all is well."""
        troubles = []
        if (percent := self._stored.saved_percent) is not None:
            troubles.append(f"the database is damaged; what is readable is being saved ({percent} %), and writes wait")
        if (failure := self._stored.failure) is not None:
            troubles.append(f"the database is damaged and still in use: {failure}")
        if self._unacknowledged:
            words = describe_damage(self._unacknowledged[0])
            troubles.append(f"the database {words}{self._describe_set_aside()}. {_HINT}")
        return troubles

    def examine(self) -> Check:
        """Return the doctor's check of the database."""
        name, failure = "database", self._stored.failure
        if failure is not None:
            return failed(name, failure, hint="Then: bimmerhub damage check")
        if self._unacknowledged:
            words = f"it {describe_damage(self._unacknowledged[0])}{self._describe_set_aside()}"
            return warning(name, words, hint=_HINT)
        if self._checked_at_ms is None:
            return ok(name, "it opens; the check of all of it is not done yet")
        return ok(name, f"sound, checked at {format_time(self._checked_at_ms)}{self._describe_set_aside()}")

    def _describe_set_aside(self) -> str:
        size_mb = sum(copy.size_bytes for copy in self._set_aside) / 1_000_000
        files = "file" if len(self._set_aside) == 1 else "files"
        return f"; {len(self._set_aside)} {files} set aside, {size_mb:,.0f} MB" if self._set_aside else ""

    async def _check_weekly(self) -> None:
        while True:
            try:
                await self._check(is_asked=False)
                pause_s = CHECK_EVERY_S if self._stored.failure is None else TRY_AGAIN_S
            except StoreError as error:
                _log.error("the database is not checked, or not exchanged: %s", error)
                pause_s = TRY_AGAIN_S
            await self._clock.sleep(pause_s)

    async def follow(self) -> None:
        """Take note of databases that other parts met damaged, and that were exchanged, until cancelled."""
        await self._take_again()  # of a damage that was found as the database was opened
        while True:
            await self._stored.next_exchange()
            try:
                for remember in self.after_exchange:
                    await remember()
                await self._reload()
                await self.load()
                await self._take_again()
            except StoreError as error:
                _log.error("after the damage not all is read anew: %s", error)

    async def _take_again(self) -> None:
        """Take readings that a damage took from the raw messages, unless a person knows of it already."""
        if not any(lost.table == "points" for damage in self._unacknowledged for lost in damage.salvage.lost):
            return
        try:
            readings = await self._replay()
        except StoreError as error:
            _log.error("readings that the damage took are not taken from the raw messages again: %s", error)
            return
        if readings:
            _log.warning("%d readings that the damage took were taken from the raw messages again", readings)


_OVERWRITTEN: Final = (
    "; another program wrote over its file while it was in use: sign-ins, the password, API tokens and the audit may "
    "be as old as what that wrote"
)


def describe_damage(damage: Damage) -> str:
    """Return in words what happened to the database, as in "it ..."."""
    date = format_time(damage.found_at_ms)[:10]
    if damage.salvage.is_displaced:
        return f"was put back on {date}: {damage.problem}; nothing that was written is lost"
    return f"was damaged on {date}: {describe_loss(damage)}{_OVERWRITTEN if damage.salvage.is_overwritten else ''}"


def describe_loss(damage: Damage) -> str:
    """Return in words how much was saved of a damaged database, and what is lost."""
    saved = f"{sum(damage.salvage.saved.values()):,} rows were saved"
    counted = sum(lost.rows or 0 for lost in damage.salvage.lost)
    if not damage.salvage.lost:
        return f"{saved}, nothing is known to be lost"
    return f"{saved}, {counted:,} are lost" if counted else f"{saved}, how many are lost is not known"
