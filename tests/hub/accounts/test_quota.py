"""The day's REST calls, counted in the store."""

import asyncio
from dataclasses import replace

import pytest
from tests.hub.conftest import NOW_MS, ManualClock

from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.quota import CALLS_PER_DAY, Quota, QuotaRules, Spent
from bimmerhub.errors import QuotaSpent
from bimmerhub.hub.accounts.quota import QuotaBook, StoredLedger, load_quota
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS

HOME = StoredAccount(id=1, name="home", family=Family.CARDATA, client_id="a")
MINUTE_MS = 60_000
RULES = QuotaRules()


async def ignore(_: StoredAccount) -> None:
    """Do nothing: for a ledger that nobody watches."""


def ledger_of(
    store: SqliteStore,
    account: StoredAccount = HOME,
    *,
    quotas: list[Quota] | None = None,
    caller: str = "cli",
    rules: QuotaRules = RULES,
) -> StoredLedger:
    async def tell(account: StoredAccount) -> None:
        if quotas is not None:
            quotas.append(await load_quota(store.quota, account, NOW_MS, rules))

    return QuotaBook(store.quota, rules, bmw_clock=BmwClock(ManualClock()), changed=tell).ledger(account, caller=caller)


async def test_the_last_call_is_counted_and_the_next_one_stopped(store: SqliteStore) -> None:
    quotas: list[Quota] = []
    ledger = ledger_of(store, quotas=quotas)
    for _ in range(CALLS_PER_DAY):
        await ledger.spend("mappings", at_ms=NOW_MS)
    with pytest.raises(QuotaSpent) as caught:
        await ledger.spend("mappings", at_ms=NOW_MS)
    assert caught.value.resets_at.timestamp() * 1000 == quotas[-1].resets_at_ms
    assert (quotas[-1].used, quotas[-1].spent_by_operation) == (CALLS_PER_DAY, {"mappings": CALLS_PER_DAY})


async def test_callers_at_once_spend_no_call_too_many(store: SqliteStore) -> None:
    book = QuotaBook(store.quota, RULES, bmw_clock=BmwClock(ManualClock()), changed=ignore)
    ledgers = [book.ledger(HOME, caller=caller) for caller in ("cli", "doctor", "api")]
    tries = (ledgers[number % 3].spend("mappings", at_ms=NOW_MS) for number in range(60))
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(1 for outcome in ended if isinstance(outcome, QuotaSpent)) == 10
    assert (await load_quota(store.quota, HOME, NOW_MS, RULES)).used == CALLS_PER_DAY


async def test_bmw_has_the_last_word(store: SqliteStore) -> None:
    ledger = ledger_of(store)
    await ledger.spend("mappings", at_ms=NOW_MS)
    await ledger.mark_spent(at_ms=NOW_MS)
    with pytest.raises(QuotaSpent):
        await ledger.spend("mappings", at_ms=NOW_MS)
    assert (await load_quota(store.quota, HOME, NOW_MS, RULES)).spent_by_operation == {"mappings": 1}


async def test_a_new_utc_day_begins_with_all_calls(store: SqliteStore) -> None:
    ledger = ledger_of(store)
    await ledger.mark_spent(at_ms=NOW_MS)
    await ledger.spend("mappings", at_ms=NOW_MS + DAY_MS)
    assert (await load_quota(store.quota, HOME, NOW_MS + DAY_MS, RULES)).used == 1


async def test_accounts_do_not_share_calls(store: SqliteStore) -> None:
    await ledger_of(store).spend("mappings", at_ms=NOW_MS)
    assert (await load_quota(store.quota, replace(HOME, id=2, name="other"), NOW_MS, RULES)).used == 0


async def test_two_names_of_one_bmw_account_share_its_calls(store: SqliteStore) -> None:
    gcid = Gcid("11111111-2222-3333-4444-555555555555")
    home, twin = (replace(HOME, id=number, name=name, gcid=gcid) for number, name in enumerate(("home", "twin")))
    await ledger_of(store, home, caller="schedule").spend("mappings", at_ms=NOW_MS)
    await ledger_of(store, twin, caller="doctor").spend("containers", at_ms=NOW_MS)
    quota = await load_quota(store.quota, twin, NOW_MS, RULES)
    assert quota.spent == (
        Spent(caller="doctor", operation="containers", calls=1),
        Spent(caller="schedule", operation="mappings", calls=1),
    )


async def test_calls_from_before_the_sign_in_still_count(store: SqliteStore) -> None:
    await ledger_of(store).spend("mappings", at_ms=NOW_MS)
    signed_in = replace(HOME, gcid=Gcid("11111111-2222-3333-4444-555555555555"))
    assert (await load_quota(store.quota, signed_in, NOW_MS, RULES)).used == 1


async def test_a_fast_spender_is_told_when_the_calls_run_out(store: SqliteStore) -> None:
    ledger = ledger_of(store, caller="api")
    for minute in range(20):
        await ledger.spend("telematicData", at_ms=NOW_MS + minute * MINUTE_MS)
    quota = await load_quota(store.quota, HOME, NOW_MS + 20 * MINUTE_MS, RULES)
    assert quota.runs_out_at_ms == NOW_MS + 110 * MINUTE_MS


async def test_a_person_who_tries_things_out_is_not_worried(store: SqliteStore) -> None:
    ledger = ledger_of(store, caller="fetch")
    for minute in range(12):
        await ledger.spend("telematicData", at_ms=NOW_MS + minute * 2 * MINUTE_MS)
    for later in (30, 100):
        quota = await load_quota(store.quota, HOME, NOW_MS + later * MINUTE_MS, RULES)
        assert quota.runs_out_at_ms is None


async def test_a_slow_spender_is_not_worried(store: SqliteStore) -> None:
    ledger = ledger_of(store, caller="api")
    for hour in range(3):
        await ledger.spend("telematicData", at_ms=NOW_MS + hour * 60 * MINUTE_MS)
    assert (await load_quota(store.quota, HOME, NOW_MS + 130 * MINUTE_MS, RULES)).runs_out_at_ms is None


async def test_what_the_schedule_spends_is_no_pace(store: SqliteStore) -> None:
    ledger = ledger_of(store, caller="schedule")
    for minute in range(20):
        await ledger.spend("telematicData", at_ms=NOW_MS + minute * MINUTE_MS)
    assert (await load_quota(store.quota, HOME, NOW_MS + 20 * MINUTE_MS, RULES)).runs_out_at_ms is None


async def test_the_schedule_never_gets_the_reserve_and_a_person_does(store: SqliteStore) -> None:
    rules = QuotaRules(limit=12, reserve=10)
    schedule, person = (ledger_of(store, caller=caller, rules=rules) for caller in ("schedule", "cli"))
    assert [await schedule.spend("mappings", at_ms=NOW_MS) for _ in range(2)] == [11, 10]
    with pytest.raises(QuotaSpent, match="but for the 10 that are kept for you"):
        await schedule.spend("mappings", at_ms=NOW_MS)
    assert await person.spend("mappings", at_ms=NOW_MS) == 9


async def test_the_limit_caps_a_person_too(store: SqliteStore) -> None:
    rules = QuotaRules(limit=3)
    ledger = ledger_of(store, rules=rules)
    for _ in range(3):
        await ledger.spend("mappings", at_ms=NOW_MS)
    with pytest.raises(QuotaSpent, match="the allowed 3 REST calls"):
        await ledger.spend("mappings", at_ms=NOW_MS)
    quota = await load_quota(store.quota, HOME, NOW_MS, rules)
    assert (quota.used, quota.limit, quota.remaining) == (3, 3, 0)


async def test_calls_stamped_by_a_clock_that_was_ahead_do_not_count(store: SqliteStore) -> None:
    ledger = ledger_of(store)
    await ledger.spend("mappings", at_ms=NOW_MS + 3_650 * DAY_MS)
    await ledger.mark_spent(at_ms=NOW_MS + 3_650 * DAY_MS)
    assert await ledger.spend("mappings", at_ms=NOW_MS) == CALLS_PER_DAY - 1


async def test_what_is_spent_does_not_run_out(store: SqliteStore) -> None:
    ledger = ledger_of(store, caller="api")
    for _ in range(CALLS_PER_DAY):
        await ledger.spend("telematicData", at_ms=NOW_MS)
    quota = await load_quota(store.quota, HOME, NOW_MS + MINUTE_MS, RULES)
    assert (quota.remaining, quota.runs_out_at_ms) == (0, None)
