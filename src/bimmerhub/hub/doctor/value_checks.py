"""What the store says about values: what arrives of each car, and what was set apart."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from bimmerhub.domain.account.checks import Check, Outcome, failed, ok, skipped, warning
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.coverage.coverage_verdicts import Coverage, Verdict
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.ids import mask_vin, vin_end
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, MINUTE_MS, spell_duration
from bimmerhub.views.stored.odometers import say_apart, view_apart_odometers
from bimmerhub.views.viewer import OWNER

REFUSED_AT_MOST = 100
SOON_MS = 15 * MINUTE_MS
"""A car that was woken has sent something by then."""
_WAIT_HINT = (
    "BMW sends nothing until the car has something to say: lock and unlock it with the app, and ask again some minutes "
    "later."
)
_TICK_HINT = (
    "In BMW's portal: CarData, Configure data stream, tick the keys, save. Then lock and unlock the car with the app."
)


class ValueChecks:
    """The checks that read the store only."""

    def __init__(
        self, *, vehicles: StoredVehicles, coverage: CoverageReport, quarantine: Quarantine, now_ms: Callable[[], int]
    ) -> None:
        self._vehicles = vehicles
        self._coverage = coverage
        self._quarantine = quarantine
        self._now_ms = now_ms

    async def check_quarantine(self) -> Check:
        """Tell how many readings of the last day were not believed or understood, of all accounts.

        What a person rejected is no news to them.
        """
        name, since_ms = "quarantine", self._now_ms() - DAY_MS
        newest = await self._quarantine.refused(limit=REFUSED_AT_MOST, rejected=False)
        recent = [refused for refused in newest if refused.received_at_ms >= since_ms]
        if not recent:
            return ok(name, "nothing was set apart in the last day")
        number = f"{len(recent)}" if len(recent) < REFUSED_AT_MOST else f"more than {REFUSED_AT_MOST - 1}"
        hint = "See why: bimmerhub quarantine list. What is true after all: bimmerhub quarantine release ID"
        return warning(name, f"{number} set apart in the last day, the newest: {recent[0].reason}", hint=hint)

    async def check_odometers(self) -> list[Check]:
        """Return a warning for each odometer that went over to something else: only a person knows why."""
        odometers = await view_apart_odometers(OWNER, self._quarantine)
        words = [(f"odometer of {mask_vin(odometer.vin)}", *say_apart(odometer)) for odometer in odometers]
        return [warning(name, wrong, hint=hint) for name, wrong, hint in words]

    async def check_values(self, account: StoredAccount, link: Link) -> list[Check]:
        """Return what arrives of each of the account's cars."""
        now_ms = self._now_ms()
        cars = [car for car in await self._vehicles.vehicles() if car.is_given_to(account.id)]
        coverages = [(car, await self._coverage.coverage(car.vin)) for car in cars]
        if link.state is LinkState.POLLING:
            return [judge_polled_values(car, coverage, now_ms) for car, coverage in coverages]
        connected_ms = now_ms - link.since_ms if link.state is LinkState.CONNECTED else None
        speaking = [mask_vin(car.vin) for car, coverage in coverages if _is_arriving(coverage)]
        checks = [judge_values(car, coverage, connected_ms=connected_ms) for car, coverage in coverages]
        return [
            _with_newest(_beside_others(check, speaking, connected_ms), coverage, now_ms)
            for check, (_, coverage) in zip(checks, coverages, strict=True)
        ]


def _is_arriving(coverage: Sequence[Coverage]) -> bool:
    return any(descriptor.verdict is Verdict.ARRIVING for descriptor in coverage)


def _beside_others(check: Check, speaking: Sequence[str], connected_ms: int | None) -> Check:
    """Say of a silent car that others of the account are not: then the stream works, and it is about this car."""
    others = [name for name in speaking if not check.name.endswith(name)]
    if check.outcome is not Outcome.WARNING or len(others) < len(speaking) or not others:
        return check
    if connected_ms is None or connected_ms < SOON_MS:
        return check
    words = f"{check.finding}; {', '.join(others)} of the same account did send, so the stream works"
    return replace(check, finding=words, hint=f"BMW keeps ticks for each car. {_TICK_HINT}")


def _with_newest(check: Check, coverage: Sequence[Coverage], now_ms: int) -> Check:
    """Say when the newest value that the stream brought was measured."""
    newest_ms = max((row.last_streamed_ms for row in coverage if row.last_streamed_ms is not None), default=None)
    if newest_ms is None:
        return check
    return replace(check, finding=f"{check.finding}; the newest was measured {spell_duration(now_ms - newest_ms)} ago")


def judge_values(vehicle: Vehicle, coverage: Sequence[Coverage], *, connected_ms: int | None) -> Check:
    """Return what a car's coverage says as a whole.

    `connected_ms` is for how long the stream has stood, None when it does not.
    """
    name = f"values of {mask_vin(vehicle.vin)}"
    count = Counter(descriptor.verdict for descriptor in coverage)
    figures = (
        f"descriptors that came in the last day {count[Verdict.ARRIVING]}, quiet {count[Verdict.QUIET]}, "
        f"stopped {count[Verdict.STOPPED]}, not ticked {count[Verdict.NOT_TICKED]}"
        + (f", not judged while the stream is down {count[Verdict.STREAM_DOWN]}" if count[Verdict.STREAM_DOWN] else "")
    )
    lost = count[Verdict.STOPPED] + count[Verdict.NOT_TICKED]
    seen = sum(1 for descriptor in coverage if descriptor.last_streamed_ms is not None)
    if seen and lost > seen / 2:
        return failed(name, f"{figures}: BMW seems to have lost the portal's selection", hint=_TICK_HINT)
    if not count[Verdict.ARRIVING]:
        return _judge_silence(name, connected_ms)
    if lost:
        return warning(name, figures, hint=f"See which: bimmerhub coverage {vin_end(vehicle.vin)}")
    return ok(name, figures)


def judge_polled_values(vehicle: Vehicle, coverage: Sequence[Coverage], now_ms: int) -> Check:
    """Return what REST brought of a car whose account has no stream."""
    name = f"values of {mask_vin(vehicle.vin)}"
    times_ms = [row.last_rest_ms for row in coverage if row.last_rest_ms is not None]
    if not times_ms:
        return skipped(name, "no values yet; they come with the next scheduled call")
    age = spell_duration(now_ms - max(times_ms))
    return ok(name, f"{len(times_ms)} descriptors by REST, the newest was measured {age} ago")


def _judge_silence(name: str, connected_ms: int | None) -> Check:
    if connected_ms is None:
        return skipped(name, "nothing came in the last day; the stream is not connected")
    if connected_ms < SOON_MS:
        words = f"nothing came yet; the stream has been connected for {spell_duration(connected_ms)}"
        return warning(name, words, hint=_WAIT_HINT)
    return warning(name, "nothing came in the last day: the car sleeps, or nothing is ticked", hint=_TICK_HINT)
