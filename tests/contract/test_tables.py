"""Accounts, quota calls, vehicles, containers and settings."""

from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import StoreError
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.store.ports.quota import QuotaCall

CAR = Vin("WBA00000000000001")


async def test_accounts_are_kept_in_order_of_name(store: Any) -> None:
    home = StoredAccount(name="home", client_id="c1")
    await store.accounts.save_account(home)
    await store.accounts.save_account(StoredAccount(name="firm", client_id="c2", gcid=Gcid("g"), signed_in_at_ms=5))
    assert [account.name for account in await store.accounts.accounts()] == ["firm", "home"]
    await store.accounts.remove_account("firm")
    assert await store.accounts.accounts() == [home]


async def test_tokens_are_on_disk_and_survive_a_change_of_the_account(open_store: Any, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.accounts.save_account(StoredAccount(name="home", client_id="c1"))
        assert await store.accounts.load_tokens("home") is None
        await store.accounts.save_tokens("home", b"sealed")
        await store.accounts.save_account(StoredAccount(name="home", client_id="c1", gcid=Gcid("g")))
    async with open_store(tmp_path) as store:
        assert await store.accounts.load_tokens("home") == b"sealed"
        await store.accounts.save_tokens("home", None)
        assert await store.accounts.load_tokens("home") is None


async def test_tokens_of_an_unknown_account_are_refused(store: Any) -> None:
    assert await store.accounts.load_tokens("nobody") is None
    with pytest.raises(StoreError, match="no account 'nobody'"):
        await store.accounts.save_tokens("nobody", b"sealed")


async def test_removing_an_account_forgets_its_tokens(store: Any) -> None:
    account = StoredAccount(name="home", client_id="c1")
    await store.accounts.save_account(account)
    await store.accounts.save_tokens("home", b"sealed")
    await store.accounts.remove_account("home")
    await store.accounts.save_account(account)
    assert await store.accounts.load_tokens("home") is None


async def test_quota_calls_are_told_apart_by_account_and_time(store: Any) -> None:
    calls = [QuotaCall(account="home", at_ms=at_ms, operation="mappings", caller="cli") for at_ms in (10, 10, 20, 30)]
    for call in [*calls, QuotaCall(account="firm", at_ms=20, operation="mappings", caller="hub")]:
        await store.quota.record_call(call)
    assert await store.quota.calls_since("home", 10) == calls
    assert await store.quota.calls_since("home", 21) == calls[3:]
    assert await store.quota.calls_since("nobody", 0) == []


async def test_what_is_known_of_a_vehicle_adds_up(store: Any) -> None:
    await store.vehicles.save_vehicle(Vehicle(vin=CAR), seen_at_ms=5)
    known = Vehicle(vin=CAR, account="home", brand="BMW", model="i5", drivetrain="BEV", mapping="PRIMARY")
    await store.vehicles.save_vehicle(known, seen_at_ms=9)
    await store.vehicles.save_vehicle(Vehicle(vin=CAR, name="Blue"), seen_at_ms=7)
    [vehicle] = await store.vehicles.vehicles()
    assert (vehicle.name, vehicle.account, vehicle.model, vehicle.mapping) == ("Blue", "home", "i5", "PRIMARY")


async def test_containers_belong_to_an_account(store: Any) -> None:
    keys = (Descriptor("a.b"), Descriptor("c.d"))
    container = StoredContainer(
        id="S1", account="home", name="hub", purpose="all", descriptors=keys, created_at_ms=None
    )
    await store.containers.save_container(container)
    assert await store.containers.containers("home") == [container]
    assert await store.containers.containers("firm") == []
    await store.containers.remove_container("S1")
    assert await store.containers.containers("home") == []


async def test_settings_are_found_by_prefix(store: Any) -> None:
    for key, value in {"token:b": "2", "token:a": "1", "tokens": "x", "password": "p", "token:%": "3"}.items():
        await store.settings.save_setting(key, value, is_secret=True)
    assert await store.settings.load_settings("token:") == {"token:%": "3", "token:a": "1", "token:b": "2"}
    await store.settings.save_setting("password", "q")
    await store.settings.save_setting("tokens", None)
    assert await store.settings.load_settings("pass") == {"password": "q"}
    assert len(await store.settings.load_settings()) == 4
