"""The documents of the cars of one account that is asked: which are due, and months that are gone, one a round.

All raise the errors of `family_client` but those that are of one document: that waits for its turn.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import product

from bimmerhub.bmw.http import NotSent
from bimmerhub.domain.documents import (
    BOOKED_SERVICES,
    CHARGING_STATISTICS,
    MESSAGES,
    RANGE_MAP,
    RECALLS,
    SERVICE_DEMANDS,
    SPECS,
    TRIP_STATISTICS,
    Question,
)
from bimmerhub.errors import BmwRefused, BmwUnavailable
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar, Month
from bimmerhub.hub.feeds.polled.polled_memory import PolledMemory
from bimmerhub.hub.ingest.ingest import Taken
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import DAY_MS, HOUR_MS

DOCUMENTS_EVERY_MS = 6 * HOUR_MS
RARE_DOCUMENTS_EVERY_MS = DAY_MS
RARE_DOCUMENTS = frozenset(
    {
        RANGE_MAP,
        SPECS,
        BOOKED_SERVICES,
        MESSAGES,
        CHARGING_STATISTICS,
        TRIP_STATISTICS,
        RECALLS,
        SERVICE_DEMANDS,
    }
)
"""A range map is large; what a car is and what is booked for it hardly changes, nor do the figures of a month."""
EARLIER_MONTHS = 24
"""So far back what comes by months is asked for, a month a round."""
SETTLED_AFTER_MS = 3 * DAY_MS
"""So long after its end (UTC) more may be told of a month: BMW goes by where the car is, and tells what has ended."""

_log = logging.getLogger(__name__)


class PolledDocuments:
    """Asks for documents. `take` stores what came; when each was asked for is in the memory."""

    def __init__(
        self,
        *,
        documents: StoredDocuments,
        memory: PolledMemory,
        take: Callable[[FamilyAnswer], Awaitable[Taken]],
        now_ms: Callable[[], int],
    ) -> None:
        self._documents = documents
        self._memory = memory
        self._take = take
        self._now_ms = now_ms

    async def fetch_due(self, car: FamilyCar) -> int:
        """Ask for the documents that are due, and return how many came; one that does not come waits for its turn."""
        answers, vin, now_ms = 0, car.vehicle.vin, self._now_ms()
        for kind in car.document_kinds:
            asked_at_ms = await self._memory.document_asked_at_ms(vin, kind)
            every_ms = RARE_DOCUMENTS_EVERY_MS if kind in RARE_DOCUMENTS else DOCUMENTS_EVERY_MS
            if asked_at_ms is not None and 0 <= now_ms - asked_at_ms < every_ms:
                continue
            try:
                await self._take(await self.fetch(car, kind))
            except NotSent:
                raise  # nothing was asked: its turn comes again
            except (BmwRefused, BmwUnavailable) as error:  # some cars never had it, and one failed for months in 2021
                _log.info("%s: no %s: %s", mask_vin(vin), kind.replace("_", " "), error)
            else:
                await self._memory.note_answer(vin, Question(kind.replace("_", "-")).value, at_ms=now_ms)
                answers += 1
            await self._memory.note_document(vin, kind, at_ms=now_ms)
        return answers + await self._fetch_earlier(car)

    async def fetch(self, car: FamilyCar, kind: str, *, month: Month | None = None) -> FamilyAnswer:
        """Ask for the documents of a kind, of a month that is gone where one is named; nothing is stored."""
        stored = await self._documents.documents(car.vehicle.vin, kind)
        return await car.fetch_document(kind, month=month, stored_keys={document.natural_key for document in stored})

    async def _fetch_earlier(self, car: FamilyCar) -> int:
        """Ask for one month that is gone, newest first, of what comes by months; return how many answers came.

        Each month is asked for once, the last one once a day until it has settled; none any more after a refusal.
        """
        vin, now_ms = car.vehicle.vin, self._now_ms()
        for kind, month in product(car.monthly_kinds, earlier_months(now_ms, EARLIER_MONTHS)):
            row = _row(kind, month)
            asked_at_ms = await self._memory.document_asked_at_ms(vin, row)
            if asked_at_ms is not None and not is_due_again(month, asked_at_ms=asked_at_ms, now_ms=now_ms):
                continue
            try:
                await self._take(await self.fetch(car, kind, month=month))
            except BmwRefused as error:
                _log.info("%s: no earlier %s: %s", mask_vin(vin), kind.replace("_", " "), error)
                for refused in earlier_months(now_ms, EARLIER_MONTHS):
                    await self._memory.note_document(vin, _row(kind, refused), at_ms=now_ms)
                return 0
            except BmwUnavailable as error:
                _log.info("%s: no earlier %s now: %s", mask_vin(vin), kind.replace("_", " "), error)
                return 0
            await self._memory.note_document(vin, row, at_ms=now_ms)
            return 1
        return 0


def earlier_months(now_ms: int, count: int) -> list[Month]:
    """Return so many months (UTC) before the present one, newest first."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    number = now.year * 12 + now.month - 1
    return [(one // 12, one % 12 + 1) for one in range(number - 1, number - 1 - count, -1)]


def is_due_again(month: Month, *, asked_at_ms: int, now_ms: int) -> bool:
    """Tell whether a month that was asked for may have more to tell: it had not settled, a day ago or before."""
    return asked_at_ms < _settled_at_ms(month) and not 0 <= now_ms - asked_at_ms < DAY_MS


def _settled_at_ms(month: Month) -> int:
    year, number = month
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return round(end.timestamp() * 1000) + SETTLED_AFTER_MS


def _row(kind: str, month: Month) -> str:
    """Return the name under which the memory has one month of a kind."""
    return f"{kind}/{month[0]}-{month[1]:02}"
