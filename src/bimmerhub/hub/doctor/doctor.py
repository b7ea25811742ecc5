"""The doctor: looks at everything that has to be right before values arrive, in the order in which it can be mended.

Costs two REST calls (mappings and containers), none when told so or when few are left.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from bimmerhub.bmw.cardata.auth import API_SCOPE, STREAM_SCOPE
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.tokens import TokenSet
from bimmerhub.domain.account.checks import Check, failed, ok, skipped, warning
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.coverage import Coverage, Verdict
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, BmwRefused
from bimmerhub.hub.doctor.coverage import CoverageReport
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.feeds.cardata import AccountLink
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import DAY_MS

CONTAINERS_AT_MOST = 10
REFUSED_AT_MOST = 100
LEFT_FOR_OTHERS = 3
"""With fewer calls left than this and the two of an examination, none are spent on it."""
STREAM_WITHIN_S = 25.0
PRIMARY = "PRIMARY"
SERVICES = {API_SCOPE: "CarData API", STREAM_SCOPE: "CarData Stream"}
SOON_MS = 15 * 60_000
"""A car that was woken has sent something by then."""
_WAIT_HINT = (
    "BMW sends nothing until the car has something to say: lock and unlock it with the app, and ask again some minutes "
    "later."
)
_TICK_HINT = (
    "In BMW's portal: CarData, Configure data stream, tick the keys, save. Then lock and unlock the car with the app."
)


class Doctor:
    """Examines one account of a hub."""

    def __init__(self, surroundings: Surroundings, connections: Connections, coverage: CoverageReport) -> None:
        self._around = surroundings
        self._connections = connections
        self._coverage = coverage

    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        """Return every check in order; takes up to half a minute. An account that is not known is a failed check."""
        checks = list(await check_network(self._around.endpoints, self._around.session))
        accounts = await self._around.book.accounts()
        account = next((each for each in accounts if each.name == name), None)
        if account is None:
            hint = "Create a CarData client in BMW's portal, then: bimmerhub login --client-id ID"
            known = ", ".join(each.name for each in accounts)
            hint = f"Known here: {known}. Say which one: --account NAME" if known else hint
            return [*checks, failed("account", f"no account {name!r} is known here", hint=hint)]
        link = self._connections.link_of(name)
        if link is None:
            return [*checks, failed("account", "not signed in", hint=f"bimmerhub login --account {name}")]
        checks += await self._check_tokens(link)
        rest = await self._rest_if_allowed(account, link, checks, spends_calls=spends_calls)
        checks.append(await self._check_mappings(rest))
        checks.append(await self._check_containers(account, rest))
        checks.append(await self._check_quota(account))
        checks.append(await self._check_stream(link))
        checks.append(await self._check_quarantine())
        checks += await self._check_values(account, link)
        return checks

    async def _check_tokens(self, link: AccountLink) -> list[Check]:
        try:
            tokens = await link.tokens.current()
        except BimmerhubError as error:
            return [failed("sign-in", str(error), hint=error.hint)]
        days_left = (tokens.refresh_expires_at_ms - self._around.clock.now_ms()) / 86_400_000
        checks = [ok("sign-in", f"good; without a renewal it would last {days_left:.0f} more days")]
        return checks + [_check_scope(tokens, scope) for scope in (API_SCOPE, STREAM_SCOPE)]

    async def _rest_if_allowed(
        self, account: StoredAccount, link: AccountLink, checks: Sequence[Check], *, spends_calls: bool
    ) -> CarDataRest | str:
        """Return the REST client, or the reason for which no call is made."""
        around = self._around
        if not spends_calls:
            return "no REST calls were asked for"
        if any(check.name in ("sign-in", API_SCOPE) and check.hint is not None for check in checks):
            return "REST does not work without sign-in and scope"
        quota = await around.quotas.load(account, now_ms=around.clock.now_ms())
        if quota.remaining < LEFT_FOR_OTHERS + 2:
            return f"only {quota.remaining} REST calls are left today"
        return CarDataRest(
            tokens=link.tokens,
            ledger=around.quotas.ledger(account, caller="doctor"),
            endpoints=around.endpoints,
            session=around.session,
            clock=around.clock,
            retries=0,  # it tells how things are now, and costs what it says
        )

    async def _check_mappings(self, rest: CarDataRest | str) -> Check:
        name = "vehicles"
        if isinstance(rest, str):
            return skipped(name, rest)
        try:
            mappings = await rest.fetch_mappings()
        except BimmerhubError as error:
            return failed(name, str(error), hint=error.hint)
        if not mappings:
            return failed(name, "BMW knows no car of this account", hint="Add the car in the My BMW app first.")
        others = [each for each in mappings if each.mapping_type not in (PRIMARY, None)]
        told = ", ".join(f"{mask_vin(each.vin)} {each.mapping_type or 'no mapping told'}" for each in mappings)
        if others:
            hint = "BMW gives data to the primary user only: become it in the My BMW app, or sign in with that account."
            return warning(name, told, hint=hint)
        return ok(name, told)

    async def _check_containers(self, account: StoredAccount, rest: CarDataRest | str) -> Check:
        name = "containers"
        if isinstance(rest, str):
            return skipped(name, rest)
        try:
            containers = await rest.fetch_containers()
        except BmwRefused as error:
            return failed(name, str(error).removeprefix("containers: "), hint=error.hint)
        except BimmerhubError as error:
            return warning(name, str(error).removeprefix("containers: "), hint=error.hint)
        own = {each.id for each in await self._around.store.containers.containers(account.name)}
        active = {each.container_id for each in containers if each.state in ("ACTIVE", None)}
        told = f"{len(containers)} of {CONTAINERS_AT_MOST} places taken, {len(own & active)} of them ours and active"
        if own - active:
            return warning(name, f"{told}; one of ours is gone", hint="The hub makes a new one at its next REST call.")
        if len(containers) >= CONTAINERS_AT_MOST and not own:
            hint = "Delete some (bimmerhub containers list); deleted ones keep their place for 29 days."
            return failed(name, f"{told}: none is left for the hub", hint=hint)
        return ok(name, told)

    async def _check_quota(self, account: StoredAccount) -> Check:
        quota = await self._around.quotas.load(account, now_ms=self._around.clock.now_ms())
        told = f"{quota.used} of {quota.limit} REST calls used today (UTC)"
        if quota.remaining == 0:
            return warning("quota", told, hint="REST rests until 00:00 UTC; the stream goes on.")
        return ok("quota", told)

    async def _check_stream(self, link: AccountLink) -> Check:
        try:
            async with asyncio.timeout(STREAM_WITHIN_S):
                await link.judged()
        except TimeoutError:
            if link.link.state is LinkState.CONNECTING:
                told = f"no answer within {STREAM_WITHIN_S:.0f} s"
                return warning("stream", told, hint="Wait some minutes and ask again.")
        now = link.link
        if now.state is LinkState.CONNECTED:
            return ok("stream", "connected")
        return failed(
            "stream", now.reason, hint=now.hint or "The hub tries again by itself; ask again in some minutes."
        )

    async def _check_quarantine(self) -> Check:
        """Tell how many readings of the last day were not believed or understood, of all accounts."""
        name, since_ms = "quarantine", self._around.clock.now_ms() - DAY_MS
        newest = await self._around.store.refused(limit=REFUSED_AT_MOST)
        recent = [each for each in newest if each.received_at_ms >= since_ms]
        if not recent:
            return ok(name, "nothing was set apart in the last day")
        number = f"{len(recent)}" if len(recent) < REFUSED_AT_MOST else f"more than {REFUSED_AT_MOST - 1}"
        hint = "See why: bimmerhub quarantine list. What is true after all: bimmerhub quarantine release ID"
        return warning(name, f"{number} set apart in the last day, the newest: {recent[0].reason}", hint=hint)

    async def _check_values(self, account: StoredAccount, link: AccountLink) -> list[Check]:
        own = [each for each in await self._around.store.vehicles.vehicles() if each.account == account.name]
        now = link.link
        connected_ms = self._around.clock.now_ms() - now.since_ms if now.state is LinkState.CONNECTED else None
        return [judge_values(each, await self._coverage.coverage(each.vin), connected_ms=connected_ms) for each in own]


def _check_scope(tokens: TokenSet, scope: str) -> Check:
    if scope in tokens.scopes:
        return ok(scope, "granted")
    hint = f"Switch on {SERVICES[scope]} for this client in BMW's portal, wait a minute, sign in again: bimmerhub login"
    return failed(scope, "not granted at the sign-in", hint=hint)


def judge_values(vehicle: Vehicle, coverage: Sequence[Coverage], *, connected_ms: int | None) -> Check:
    """Return what a car's coverage says as a whole.

    `connected_ms` is for how long the stream has stood, None when it does not.
    """
    name = f"values of {mask_vin(vehicle.vin)}"
    count = Counter(each.verdict for each in coverage)
    told = (
        f"descriptors that came in the last day {count[Verdict.ARRIVING]}, quiet {count[Verdict.QUIET]}, "
        f"stopped {count[Verdict.STOPPED]}, not ticked {count[Verdict.NOT_TICKED]}"
    )
    lost = count[Verdict.STOPPED] + count[Verdict.NOT_TICKED]
    seen = sum(1 for each in coverage if each.last_streamed_ms is not None)
    if seen and lost > seen / 2:
        return failed(name, f"{told}: BMW seems to have lost the portal's selection", hint=_TICK_HINT)
    if not count[Verdict.ARRIVING]:
        if connected_ms is None:
            return skipped(name, "nothing came in the last day; the stream is not connected")
        if connected_ms < SOON_MS:
            found = f"nothing came yet; the stream has been connected for {connected_ms // 60_000} min"
            return warning(name, found, hint=_WAIT_HINT)
        asleep = "nothing came in the last day: the car sleeps, or nothing is ticked"
        return warning(name, asleep, hint=_TICK_HINT)
    if lost:
        return warning(name, told, hint=f"See which: bimmerhub coverage {vehicle.vin[-7:]}")
    return ok(name, told)
