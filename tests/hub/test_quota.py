"""The day's REST calls, counted in the store."""

import pytest
from tests.hub.conftest import NOW_MS

from bimmerhub.domain.quota import CALLS_PER_DAY, DAY_MS, Quota
from bimmerhub.errors import QuotaSpent
from bimmerhub.hub.quota import StoredLedger, load_quota
from bimmerhub.store.sqlite import SqliteStore


async def make_ledger(store: SqliteStore, told: list[Quota]) -> StoredLedger:
    return StoredLedger("home", calls=store.quota, told=told.append)


async def test_the_last_call_is_counted_and_the_next_one_stopped(store: SqliteStore) -> None:
    told: list[Quota] = []
    ledger = await make_ledger(store, told)
    for _ in range(CALLS_PER_DAY):
        await ledger.spend("mappings", at_ms=NOW_MS)
    with pytest.raises(QuotaSpent) as caught:
        await ledger.spend("mappings", at_ms=NOW_MS)
    assert caught.value.resets_at.timestamp() * 1000 == told[-1].resets_at_ms
    assert (told[-1].used, told[-1].spent_by_operation) == (CALLS_PER_DAY, {"mappings": CALLS_PER_DAY})


async def test_bmw_has_the_last_word(store: SqliteStore) -> None:
    ledger = await make_ledger(store, [])
    await ledger.spend("mappings", at_ms=NOW_MS)
    await ledger.mark_spent(at_ms=NOW_MS)
    with pytest.raises(QuotaSpent):
        await ledger.spend("mappings", at_ms=NOW_MS)
    assert (await load_quota(store.quota, "home", NOW_MS)).spent_by_operation == {"mappings": 1}


async def test_a_new_utc_day_begins_with_all_calls(store: SqliteStore) -> None:
    ledger = await make_ledger(store, [])
    await ledger.mark_spent(at_ms=NOW_MS)
    await ledger.spend("mappings", at_ms=NOW_MS + DAY_MS)
    assert (await load_quota(store.quota, "home", NOW_MS + DAY_MS)).used == 1


async def test_accounts_do_not_share_calls(store: SqliteStore) -> None:
    await (await make_ledger(store, [])).spend("mappings", at_ms=NOW_MS)
    assert (await load_quota(store.quota, "other", NOW_MS)).used == 0
