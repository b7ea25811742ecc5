"""The quota ledger: REST calls are counted before they are made, and refused here before BMW would refuse them.

BMW allows 50 calls an account and day, over all cars, programs and failed calls (BMW's guide; observed by clients).
When the day turns is not published; clients agree on 00:00 UTC. More would not be forbidden by anything on the wire
but CU-429. A call that never left this machine is given back: BMW cannot have counted it.
"""

import asyncio
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from bimmerhub.domain.account.quota import CALLS_PER_DAY, day_start_ms
from bimmerhub.errors import QuotaSpent, StoreError
from bimmerhub.files import make_folder, replace_file
from bimmerhub.times import DAY_MS


class QuotaLedger(Protocol):
    """One account's calls, persisted."""

    async def spend(self, operation: str, *, at_ms: int) -> int:
        """Count a call and return how many are left of the day; durable when this returns.

        QuotaSpent, and nothing is counted, when the day has none left.
        """
        ...

    async def mark_spent(self, *, at_ms: int) -> None:
        """Remember that BMW said the quota is spent (other programs spend it too): no more calls on that UTC day.

        `at_ms` is when the call was made: the answer may come on the next day, whose calls are all there.
        """
        ...


@runtime_checkable
class ReturningLedger(QuotaLedger, Protocol):
    """A QuotaLedger that also takes back a call which was counted and then could not be sent."""

    async def give_back(self, operation: str, *, at_ms: int) -> None:
        """Take one call of the operation, counted at `at_ms`, off the count; without such a call do nothing."""
        ...


def quota_spent(at_ms: int, *, limit: int = CALLS_PER_DAY, reserve: int = 0) -> QuotaSpent:
    """Return the error for a call at `at_ms` on a day without calls left, or with none but the `reserve`."""
    resets_at = datetime.fromtimestamp((day_start_ms(at_ms) + DAY_MS) / 1000, UTC)
    whose = "BMW's" if limit == CALLS_PER_DAY else "the allowed"
    words = f"{whose} {limit} REST calls of this UTC day are spent"
    if reserve:
        words += f", but for the {reserve} that are kept for you"
    return QuotaSpent(words, resets_at=resets_at)


class LedgerFile:
    """A ReturningLedger in a JSON file, for use without the hub; one process at a time."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._writing = threading.Lock()

    async def spend(self, operation: str, *, at_ms: int) -> int:
        """Count a call and return how many are left; QuotaSpent when the day has none left."""
        return await asyncio.to_thread(self._spend, operation, at_ms)

    async def give_back(self, operation: str, *, at_ms: int) -> None:
        """Take one call of the operation, counted at `at_ms`, off the count."""
        await asyncio.to_thread(self._give_back, operation, at_ms)

    async def mark_spent(self, *, at_ms: int) -> None:
        """Remember that BMW said the quota is spent."""
        await asyncio.to_thread(self._mark_spent, at_ms)

    def _spend(self, operation: str, at_ms: int) -> int:
        with self._writing:
            spent = self._load(at_ms)
            if sum(spent.values()) >= CALLS_PER_DAY:
                raise quota_spent(at_ms)
            spent[operation] = spent.get(operation, 0) + 1
            self._save(at_ms, spent)
            return CALLS_PER_DAY - sum(spent.values())

    def _give_back(self, operation: str, at_ms: int) -> None:
        with self._writing:
            spent = self._load(at_ms)
            if spent.get(operation, 0):  # else another day has begun, and the call is gone with the day before
                spent[operation] -= 1
                self._save(at_ms, {name: calls for name, calls in spent.items() if calls})

    def _mark_spent(self, at_ms: int) -> None:
        with self._writing:
            if not self._counts_next_day(at_ms):
                self._save(at_ms, {"(BMW says: spent)": CALLS_PER_DAY})

    def _counts_next_day(self, at_ms: int) -> bool:
        """Tell whether calls of the day after that of `at_ms` are counted here already."""
        return bool(self._load(at_ms + DAY_MS))

    def _load(self, at_ms: int) -> dict[str, int]:
        try:
            stored = json.loads(self._path.read_text("utf-8"))
            if stored["day_start_ms"] != day_start_ms(at_ms):
                return {}
            return {str(name): int(count) for name, count in stored["spent"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"cannot read the quota ledger {self._path}", hint="Delete it to begin anew.") from error

    def _save(self, at_ms: int, spent: dict[str, int]) -> None:
        content = json.dumps({"day_start_ms": day_start_ms(at_ms), "spent": spent}).encode()
        try:
            make_folder(self._path.parent)
            replace_file(self._path, content)
        except OSError as error:
            raise StoreError(f"cannot write the quota ledger {self._path}: {error.strerror}") from error


class MemoryLedger:
    """A ReturningLedger that ends with the process: calls of earlier runs are not known to it."""

    def __init__(self) -> None:
        self._day_start_ms = 0
        self._spent = 0

    async def spend(self, operation: str, *, at_ms: int) -> int:  # noqa: ARG002 - the port's signature
        """Count a call and return how many are left; QuotaSpent when this process made all of the day's."""
        if day_start_ms(at_ms) != self._day_start_ms:
            self._day_start_ms, self._spent = day_start_ms(at_ms), 0
        if self._spent >= CALLS_PER_DAY:
            raise quota_spent(at_ms)
        self._spent += 1
        return CALLS_PER_DAY - self._spent

    async def give_back(self, operation: str, *, at_ms: int) -> None:  # noqa: ARG002 - the port's signature
        """Take one call, counted at `at_ms`, off the count."""
        if day_start_ms(at_ms) == self._day_start_ms:
            self._spent = max(0, self._spent - 1)

    async def mark_spent(self, *, at_ms: int) -> None:
        """Remember that BMW said the quota is spent."""
        if day_start_ms(at_ms) >= self._day_start_ms:
            self._day_start_ms, self._spent = day_start_ms(at_ms), CALLS_PER_DAY
