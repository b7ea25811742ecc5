"""What BMW says of an account, by REST: its cars and its containers. One call each, or what is stored."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter

from bimmerhub.bmw.cardata.answers.models import Container, MappingList
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.service_scopes import API_SCOPE
from bimmerhub.domain.account.checks import Check, Outcome, failed, ok, skipped, warning
from bimmerhub.domain.vehicle import PRIMARY
from bimmerhub.errors import BimmerhubError, QuotaSpent
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.feeds.cardata.cardata_vehicles import CarDataVehicles, load_met_at_ms
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import spell_duration

CALLER = "doctor"
VEHICLES = "vehicles"
CONTAINERS_AT_MOST = 10
LEFT_FOR_OTHERS = 3
"""With fewer calls left than this and the two of an examination, none are spent on it."""
SLOW_S = 5.0
"""BMW usually answers within two (clients 2025-2026)."""


class BmwChecks:
    """The checks that ask BMW, with calls counted as the doctor's; where none may be made, what BMW said last.

    `open_vehicles` returns what meets an account's cars: the answer is stored as every other one is.
    """

    def __init__(
        self,
        *,
        accesses: AccessBook,
        quotas: QuotaBook,
        open_vehicles: Callable[[StoredAccount], CarDataVehicles],
        vehicles: StoredVehicles,
        containers: StoredContainers,
        settings: StoredSettings,
        now_ms: Callable[[], int],
    ) -> None:
        self._accesses = accesses
        self._quotas = quotas
        self._open_vehicles = open_vehicles
        self._vehicles = vehicles
        self._containers = containers
        self._settings = settings
        self._now_ms = now_ms

    async def check(
        self, account: StoredAccount, checks: Sequence[Check], *, spends_calls: bool
    ) -> tuple[Check, Check]:
        """Return the checks of cars and containers, given those made before. Two calls, or none."""
        reason = await self._why_not(account, checks, spends_calls=spends_calls)
        if reason is not None:
            return await self._stored_vehicles(account, reason), skipped("containers", reason)
        own = frozenset(container.id for container in await self._containers.containers(account.id))
        # without retries: it tells how things are now, and costs what it says
        rest = self._accesses.access(account).open_rest(caller=CALLER, retries=0)
        return await check_vehicles(self._open_vehicles(account)), await check_containers(rest, own)

    async def _why_not(self, account: StoredAccount, checks: Sequence[Check], *, spends_calls: bool) -> str | None:
        """Return the reason for which no call is made, None when calls are made."""
        if not spends_calls:
            return "no REST calls were asked for"
        if any(_keeps_from_rest(check) for check in checks):
            return "REST does not work without a sign-in that has CarData API"
        quota = await self._quotas.load(account)
        if quota.remaining < LEFT_FOR_OTHERS + 2:
            return f"only {quota.remaining} REST calls are left today"
        return None

    async def _stored_vehicles(self, account: StoredAccount, reason: str) -> Check:
        """Return what BMW said last of the account's cars, and how long ago; as a check that was not made."""
        met_at_ms = await load_met_at_ms(self._settings, account)
        if met_at_ms is None:
            return skipped(VEHICLES, reason)
        named = [(car, car.seen_by(account.id)) for car in await self._vehicles.vehicles()]
        cars = [(car.vin, seen.mapping) for car, seen in named if seen is not None and seen.is_named]
        ago = spell_duration(self._now_ms() - met_at_ms)
        return skipped(VEHICLES, f"{_spell_cars(cars) or 'no car'}, as BMW said {ago} ago; {reason}")


async def check_vehicles(vehicles: CarDataVehicles) -> Check:
    """Tell whether BMW gives this account the data of its cars; the answer is stored. One call."""
    begun_s = time.monotonic()
    try:
        mappings = await vehicles.meet_all()
    except BimmerhubError as error:
        return _not_answered(VEHICLES, error)
    return judge_answer_time(_judge_mappings(mappings), time.monotonic() - begun_s)


def _judge_mappings(mappings: MappingList) -> Check:
    cars = _spell_cars([(mapping.vin, mapping.mapping_type) for mapping in mappings.data])
    if mappings.unreadable_items:
        unreadable = f"{mappings.unreadable_items} of BMW's items cannot be read"
        return warning(VEHICLES, f"{cars}; {unreadable}" if cars else unreadable, hint=None)
    if not mappings.data:
        return failed(VEHICLES, "BMW knows no car of this account", hint="Add the car in the My BMW app first.")
    if any(mapping.mapping_type not in (PRIMARY, None) for mapping in mappings.data):
        hint = "BMW gives data to the primary user only: become it in the My BMW app, or sign in with that account."
        return warning(VEHICLES, cars, hint=hint)
    return ok(VEHICLES, cars)


def _spell_cars(cars: Sequence[tuple[Vin, str | None]]) -> str:
    return ", ".join(
        f"{mask_vin(vin)} {mapping or 'no mapping told'}" for vin, mapping in sorted(cars, key=itemgetter(0))
    )


async def check_containers(rest: CarDataRest, own: frozenset[str]) -> Check:
    """Tell whether there is room for the hub's containers, and whether its `own` (ids) are there. One call."""
    name, begun_s = "containers", time.monotonic()
    try:
        containers = await rest.fetch_containers()
    except BimmerhubError as error:
        return _not_answered(name, error)
    return judge_answer_time(_judge_containers(name, containers, own), time.monotonic() - begun_s)


def _judge_containers(name: str, containers: Sequence[Container], own: frozenset[str]) -> Check:
    active = {container.container_id for container in containers if container.state in ("ACTIVE", None)}
    places = f"{len(containers)} of {CONTAINERS_AT_MOST} places taken, {len(own & active)} of them ours and active"
    if own - active:
        return warning(name, f"{places}; one of ours is gone", hint="The hub makes a new one at its next REST call.")
    if len(containers) >= CONTAINERS_AT_MOST and not own:
        hint = "Delete some (bimmerhub containers list); deleted ones keep their place for 29 days."
        return failed(name, f"{places}: none is left for the hub", hint=hint)
    return ok(name, places)


def judge_answer_time(check: Check, answered_s: float) -> Check:
    """Return a check with the time that BMW took, where that is worth a word."""
    if answered_s < SLOW_S:
        return check
    words = f"{check.finding}; BMW took {answered_s:.0f} s to answer"
    hint = check.hint or "BMW is slow just now: what is asked of it comes late."
    outcome = Outcome.WARNING if check.outcome is Outcome.OK else check.outcome
    return replace(check, finding=words, outcome=outcome, hint=hint)


def _not_answered(name: str, error: BimmerhubError) -> Check:
    """Return the check of a call that failed; what a spent quota means is said by the quota's own check."""
    words = str(error).removeprefix("containers: ")
    return skipped(name, words) if isinstance(error, QuotaSpent) else failed(name, words, hint=error.hint)


def _keeps_from_rest(check: Check) -> bool:
    return check.name in ("sign-in", API_SCOPE) and check.outcome is not Outcome.OK
