"""The doctor: looks at everything that has to be right before values arrive, in the order in which it can be mended.

Costs two REST calls (mappings and containers), none when told so or when few are left.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.cardata.service_scopes import SERVICE_SCOPES, granted_services
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.domain.account.checks import Check, Outcome, failed, ok, skipped, warning
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.account.services import COSTS, TITLES, CarDataService, how_to_add
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.doctor.bmw_checks import BmwChecks
from bimmerhub.hub.doctor.car_checks import CarChecks
from bimmerhub.hub.doctor.link_watch import LinkWatch
from bimmerhub.hub.doctor.polled_checks import PolledChecks
from bimmerhub.hub.doctor.stream_check import check_stream
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.feed import Feed, Way
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.accounts import Examination

NEARLY_SPENT = 5
_ITSELF = "bimmerhub doctor"


class Doctor(Examination):
    """Examines one account of a hub.

    `check_network` looks at the servers that the account of a name needs; `feed` gives an account's running feed, None
    when it is not signed in; `watch` remembers how often its stream was cut; `bmw` asks BMW; `check_hub` looks at
    what is no account's: the database, the backups, who may come in.
    """

    def __init__(
        self,
        *,
        check_network: Callable[[str], Awaitable[Sequence[Check]]],
        accounts: AccountBook,
        accesses: AccessBook,
        quotas: QuotaBook,
        feed: Callable[[str], Feed | None],
        bmw: BmwChecks,
        cars: CarChecks,
        values: ValueChecks,
        polled: PolledChecks,
        watch: LinkWatch,
        check_hub: Callable[[], Sequence[Check]],
        now_ms: Callable[[], int],
    ) -> None:
        self._check_network = check_network
        self._accounts = accounts
        self._accesses = accesses
        self._quotas = quotas
        self._feed = feed
        self._bmw = bmw
        self._cars = cars
        self._values = values
        self._polled = polled
        self._watch = watch
        self._check_hub = check_hub
        self._now_ms = now_ms

    @override
    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        accounts = await self._accounts.accounts()
        account = next((account for account in accounts if account.name == name), None)
        if account is not None and account.family.takes_password:
            return await self._examine_polled(account)
        checks = list(await self._check_network(name))
        if account is None:
            return [*checks, _not_known(name, accounts)]
        feed = self._feed(name)
        if feed is None:
            return [*checks, failed("account", "not signed in", hint=f"bimmerhub login --account {name}")]
        if feed.way is Way.RELAY and not await self._accounts.has_tokens(account):
            checks.append(skipped("sign-in", "read from a relay, which needs none; REST calls would"))
        else:
            checks += await self._check_tokens(name, self._accesses.access(account).tokens)
        checks += await self._bmw.check(account, checks, spends_calls=spends_calls)
        checks += await self._cars.check_cars(account)
        checks.append(await self._check_quota(account))
        cuts = self._watch.cuts(name, since_ms=self._now_ms() - DAY_MS)
        checks.append(await check_stream(feed, cuts=cuts, now_ms=self._now_ms()))
        checks.append(await self._values.check_quarantine())
        checks += await self._values.check_odometers()
        checks += await self._values.check_values(account, feed.link)
        checks += self._check_hub()
        return [_without_itself(check) for check in checks]

    async def _examine_polled(self, account: StoredAccount) -> Sequence[Check]:
        feed = self._feed(account.name)
        if feed is None:
            return [failed("account", "not signed in", hint=account.family.login_command(account.name))]
        checks = [*await self._polled.check(account, feed), *self._check_hub()]
        return [_without_itself(check) for check in checks]

    async def _check_tokens(self, name: str, account_tokens: Tokens) -> list[Check]:
        try:
            tokens = await account_tokens.current()
        except BimmerhubError as error:
            return [failed("sign-in", str(error), hint=error.hint)]
        days_left = (tokens.refresh_expires_at_ms - self._now_ms()) / DAY_MS
        checks = [ok("sign-in", f"good; without a renewal it would last {days_left:.0f} more days")]
        granted = granted_services(tokens)
        return checks + [_check_scope(name, scope, granted) for scope in SERVICE_SCOPES]

    async def _check_quota(self, account: StoredAccount) -> Check:
        return judge_quota(await self._quotas.load(account))


def judge_quota(quota: Quota) -> Check:
    """Return how much of the day's calls is spent, and by whom; nearly all of them is worth a warning."""
    used = f"{quota.used} of {quota.limit} REST calls used today (UTC)"
    by = Counter[str]()
    for spent in quota.spent:
        by[spent.caller] += spent.calls
    by["other programs"] = max(0, quota.used - by.total())
    spenders = ", ".join(f"{calls} by {caller}" for caller, calls in by.most_common() if calls)
    words = f"{used}: {spenders}" if spenders else used
    if quota.remaining == 0:
        return warning("quota", words, hint="REST rests until 00:00 UTC; the stream goes on.")
    if quota.remaining <= NEARLY_SPENT:
        return warning("quota", words, hint=f"Spare the {quota.remaining} that are left: they come back at 00:00 UTC.")
    return ok("quota", words)


def _without_itself(check: Check) -> Check:
    """Return the check without advice to examine the set-up: that is what is being done."""
    if check.hint is None or _ITSELF not in check.hint:
        return check
    sentences = [words for words in check.hint.split(". ") if _ITSELF not in words]
    rest = ". ".join(sentences).rstrip(".")
    return replace(check, hint=f"{rest}." if rest else None)


def _not_known(name: str, accounts: Sequence[StoredAccount]) -> Check:
    hint = "Create a CarData client in BMW's portal, then: bimmerhub login --client-id ID"
    names = ", ".join(account.name for account in accounts)
    hint = f"Known here: {names}. Say which one: --account NAME" if names else hint
    finding = f"no account {name!r} is known here" if names else "nobody is signed in here"
    return failed("account", finding, hint=hint)


def _check_scope(account: str, scope: str, granted: Sequence[CarDataService]) -> Check:
    """Return whether a service was granted; with one of the two the hub works, so to lack the other is no failure."""
    service = SERVICE_SCOPES[scope]
    if service in granted:
        return ok(scope, f"granted: {TITLES[service]}")
    finding = f"{TITLES[service]} was not switched on at the sign-in: without it {COSTS[service]}"
    hint = how_to_add(service, account=account)
    if granted:
        return Check(name=scope, outcome=Outcome.SKIPPED, finding=finding, hint=hint)
    return failed(scope, finding, hint=hint)
