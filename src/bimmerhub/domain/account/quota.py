"""The REST calls that BMW allows: how many are spent, on what, and when they come back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bimmerhub.domain.account.calls import PlannedCall
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS

CALLS_PER_DAY = 50
"""REST calls per account (all cars and all programs together) in 24 hours. Source: BMW's CarData guide, 2025."""

PACE_MS = 3 * HOUR_MS
"""How far back calls say at which pace they are spent now."""
SHORTEST_PACE_MS = HOUR_MS
"""A burst counts as spread over an hour."""
FEWEST_FOR_A_PACE = 6
FEWEST_OF_A_BURST = 15
"""A person who tries things out makes a dozen calls within half an hour, and then none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRules:
    """What a data directory may spend: `limit` calls a UTC day, of which the hub leaves `reserve` to a person."""

    limit: int = CALLS_PER_DAY
    reserve: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls of one kind.

    `caller` says for whom: `schedule` (the hub by itself), `fetch` (a person), `call` (any operation), `cli`, `api`,
    `doctor`.
    """

    caller: str
    operation: str
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One account's quota of the present UTC day (BMW does not say when it resets; clients agree on 00:00 UTC).

    `limit` is what this data directory may spend of BMW's calls, `reserve` what the hub leaves of them to a person.
    `spent` counts our own calls; `used` can be larger when BMW said that the quota is spent. `plan` are the calls that
    the hub will make by itself until the reset, `planned` how many they are together, None when not known.
    `runs_out_at_ms` is when the rest will be spent at the pace of the last hours, None when that is not before the
    reset. `refused` are the cars whose data BMW refused, with when they are asked for again (milliseconds UTC).
    """

    account: str
    used: int
    limit: int
    resets_at_ms: int
    reserve: int = 0
    spent: Sequence[Spent] = ()
    planned: int | None = None
    plan: Sequence[PlannedCall] = ()
    runs_out_at_ms: int | None = None
    refused: Mapping[Vin, int] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        """How many calls are left, never negative."""
        return max(0, self.limit - self.used)

    @property
    def spent_by_operation(self) -> Mapping[str, int]:
        """Our own calls by operation."""
        counted: Counter[str] = Counter()
        for spent in self.spent:
            counted[spent.operation] += spent.calls
        return dict(counted)


def day_start_ms(at_ms: int) -> int:
    """Return 00:00 UTC of the day of `at_ms`."""
    return at_ms - at_ms % DAY_MS


def derive_runs_out_at_ms(calls_at_ms: Sequence[int], *, remaining: int, now_ms: int, resets_at_ms: int) -> int | None:
    """Return when the remaining calls are spent at the pace of the last PACE_MS.

    None when the reset comes first, and when none remains.

    Give it the calls that people and programs asked for: what a schedule spends is known beforehand (`planned`).
    """
    recent = [at_ms for at_ms in calls_at_ms if at_ms > now_ms - PACE_MS]
    is_burst = bool(recent) and max(recent) - min(recent) < SHORTEST_PACE_MS
    if remaining <= 0 or len(recent) < (FEWEST_OF_A_BURST if is_burst else FEWEST_FOR_A_PACE):
        return None
    spent_ms = max(now_ms - min(recent), SHORTEST_PACE_MS)
    runs_out_at_ms = now_ms + round(remaining * spent_ms / len(recent))
    return runs_out_at_ms if runs_out_at_ms < resets_at_ms else None
