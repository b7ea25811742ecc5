"""Accounts, quota calls, vehicles, containers and settings."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.domain.own_places import METER_ENERGY, Meter, OwnPlace, meter_subject
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.errors import StoreError
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.ports.readings import Batch

CAR = Vin("WBA00000000000001")
OTHER_CAR = Vin("WBA00000000000002")


HOME = NewAccount(name="home", family=Family.CARDATA, client_id="c1")
FIRM = NewAccount(
    name="firm",
    family=Family.CARDATA,
    client_id="c2",
    gcid=Gcid("g"),
    signed_in_at_ms=5,
    services=(CarDataService.STREAM,),
)


async def test_accounts_are_kept_in_order_of_name(store: Any) -> None:
    home, firm = [await store.accounts.save_account(account) for account in (HOME, FIRM)]
    assert await store.accounts.accounts() == [firm, home]
    assert (firm.family, firm.gcid, firm.owner, home.owner) == (Family.CARDATA, "g", "g", str(home.id))
    await store.accounts.remove_account(firm.id)
    assert await store.accounts.accounts() == [home]


async def test_the_id_of_an_account_stays_and_is_never_given_twice(store: Any) -> None:
    home = await store.accounts.save_account(HOME)
    assert (await store.accounts.save_account(replace(HOME, client_id="c9"))).id == home.id
    await store.accounts.remove_account(home.id)
    assert (await store.accounts.save_account(HOME)).id != home.id


async def test_tokens_are_on_disk_and_survive_a_change_of_the_account(open_store: Any, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        home = await store.accounts.save_account(HOME)
        assert await store.accounts.load_tokens(home.id) is None
        await store.accounts.save_tokens(home.id, b"sealed")
        await store.accounts.save_account(replace(HOME, gcid=Gcid("g")))
    async with open_store(tmp_path) as store:
        assert await store.accounts.load_tokens(home.id) == b"sealed"
        await store.accounts.save_tokens(home.id, None)
        assert await store.accounts.load_tokens(home.id) is None


async def test_tokens_of_an_unknown_account_are_refused(store: Any) -> None:
    assert await store.accounts.load_tokens(9) is None
    with pytest.raises(StoreError, match="no such account"):
        await store.accounts.save_tokens(9, b"sealed")


async def test_removing_an_account_forgets_its_tokens(store: Any) -> None:
    home = await store.accounts.save_account(HOME)
    await store.accounts.save_tokens(home.id, b"sealed")
    await store.accounts.remove_account(home.id)
    again = await store.accounts.save_account(HOME)
    assert await store.accounts.load_tokens(again.id) is None


async def test_quota_calls_are_told_apart_by_owner_and_time(store: Any) -> None:
    calls = [QuotaCall(owner="home", at_ms=at_ms, operation="mappings", caller="cli") for at_ms in (10, 10, 20, 30)]
    for call in [*calls, QuotaCall(owner="firm", at_ms=20, operation="mappings", caller="hub")]:
        await store.quota.record_call(call)
    assert await store.quota.calls_since("home", 10) == calls
    assert await store.quota.calls_since("home", 21) == calls[3:]
    assert await store.quota.calls_since("nobody", 0) == []


async def test_what_is_known_of_a_vehicle_adds_up(store: Any) -> None:
    home = await store.accounts.save_account(HOME)
    await store.vehicles.save_vehicle(Vehicle(vin=CAR), seen_at_ms=5)
    vehicle = Vehicle(vin=CAR, brand="BMW", model="i5", drivetrain="BEV")
    await store.vehicles.save_vehicle(vehicle, seen_at_ms=9)
    await store.vehicles.save_vehicle_account(CAR, home.id, mapping="PRIMARY", seen_at_ms=9)
    await store.vehicles.save_vehicle(Vehicle(vin=CAR, name="Blue"), seen_at_ms=7)
    [vehicle] = await store.vehicles.vehicles()
    assert (vehicle.name, vehicle.account, vehicle.model, vehicle.mapping) == ("Blue", "home", "i5", "PRIMARY")


async def test_a_vehicle_that_two_accounts_see_is_one_and_the_primary_users(store: Any) -> None:
    firm, home = [await store.accounts.save_account(account) for account in (FIRM, HOME)]
    await store.vehicles.save_vehicle_account(CAR, firm.id, mapping="SECONDARY", seen_at_ms=4)
    await store.vehicles.save_vehicle_account(CAR, home.id, mapping="PRIMARY", seen_at_ms=5)
    await store.vehicles.save_vehicle_account(CAR, home.id, mapping=None, seen_at_ms=3)
    [vehicle] = await store.vehicles.vehicles()
    seen = [(account.account, account.mapping, account.seen_at_ms) for account in vehicle.accounts]
    assert seen == [("home", "PRIMARY", 5), ("firm", "SECONDARY", 4)]
    assert (vehicle.is_given_to(home.id), vehicle.is_given_to(firm.id)) == (True, False)
    await store.accounts.remove_account(home.id)
    assert [vehicle.account for vehicle in await store.vehicles.vehicles()] == ["firm"]


async def test_a_vehicle_keeps_its_key_however_it_became_known(store: Any, make_reading: Any) -> None:
    home = await store.accounts.save_account(HOME)
    await store.vehicles.save_vehicle(Vehicle(vin=Vin("WBA00000000000002")), seen_at_ms=5)
    await store.vehicles.save_vehicle_account(Vin("WBA00000000000003"), home.id, mapping=None, seen_at_ms=5)
    [met] = (await store.append(Batch(readings=[make_reading(1), make_reading(2)]))).met
    assert (await store.append(Batch(readings=[make_reading(3, descriptor="another")]))).met == []
    keys = {vehicle.vin: vehicle.key for vehicle in await store.vehicles.vehicles()}
    assert keys[met.vin] == met.key
    assert len(set(keys.values())) == 3
    assert all(re.fullmatch("[a-z]{8}", key) for key in keys.values())
    await store.vehicles.save_vehicle(Vehicle(vin=met.vin, name="Blue"), seen_at_ms=7)
    assert {vehicle.vin: vehicle.key for vehicle in await store.vehicles.vehicles()} == keys


async def test_containers_belong_to_an_account(store: Any) -> None:
    home, firm = [await store.accounts.save_account(account) for account in (HOME, FIRM)]
    keys = (Descriptor("a.b"), Descriptor("c.d"))
    container = StoredContainer(
        id="S1", account_id=home.id, name="hub", purpose="all", descriptors=keys, created_at_ms=None
    )
    await store.containers.save_container(container)
    assert await store.containers.containers(home.id) == [container]
    assert await store.containers.containers(firm.id) == []
    await store.containers.remove_container("S1")
    assert await store.containers.containers(home.id) == []


async def test_settings_are_found_by_prefix(store: Any) -> None:
    for key, value in {"token:b": "2", "token:a": "1", "tokens": "x", "password": "p", "token:%": "3"}.items():
        await store.settings.save_setting(key, value, is_secret=True)
    assert await store.settings.load_settings("token:") == {"token:%": "3", "token:a": "1", "token:b": "2"}
    await store.settings.save_setting("password", "q")
    await store.settings.save_setting("tokens", None)
    assert await store.settings.load_settings("pass") == {"password": "q"}
    assert len(await store.settings.load_settings()) == 4


async def test_a_vehicle_that_was_sold_is_the_buyers_before_the_sellers_mappings_come_anew(store: Any) -> None:
    firm, home = [await store.accounts.save_account(account) for account in (FIRM, HOME)]
    for account_id, since_ms in ((firm.id, 5), (home.id, 7), (firm.id, 5)):
        mapping = VehicleMapping(vin=CAR, mapping="PRIMARY", mapped_since_ms=since_ms)
        await store.vehicles.save_mappings(account_id, [mapping], told_at_ms=10)
    [vehicle] = await store.vehicles.vehicles()
    assert [seen.account for seen in vehicle.accounts] == ["home", "firm"]


async def test_the_mappings_of_an_account_are_replaced_as_a_whole(store: Any) -> None:
    home = await store.accounts.save_account(HOME)

    async def told(*vins: Vin, at_ms: int) -> dict[Vin, int | None]:
        rows = [VehicleMapping(vin=vin, mapping="PRIMARY", mapped_since_ms=5) for vin in vins]
        await store.vehicles.save_mappings(home.id, rows, told_at_ms=at_ms)
        return {car.vin: car.accounts[0].unmapped_at_ms for car in await store.vehicles.vehicles()}

    assert await told(CAR, OTHER_CAR, at_ms=10) == {CAR: None, OTHER_CAR: None}
    assert await told(OTHER_CAR, at_ms=20) == {CAR: 20, OTHER_CAR: None}
    assert await told(OTHER_CAR, at_ms=30) == {CAR: 20, OTHER_CAR: None}
    assert await told(CAR, OTHER_CAR, at_ms=40) == {CAR: None, OTHER_CAR: None}


async def test_mappings_that_are_not_all_take_no_car_and_no_word_away(store: Any) -> None:
    home = await store.accounts.save_account(HOME)
    rows = [VehicleMapping(vin=vin, mapping="PRIMARY", mapped_since_ms=5) for vin in (CAR, OTHER_CAR)]
    await store.vehicles.save_mappings(home.id, rows, told_at_ms=10)
    unsaid = VehicleMapping(vin=OTHER_CAR, mapping=None, mapped_since_ms=None)
    await store.vehicles.save_mappings(home.id, [unsaid], told_at_ms=20, is_complete=False)
    seen = [car.accounts[0] for car in await store.vehicles.vehicles()]
    assert [(one.mapping, one.mapped_since_ms, one.unmapped_at_ms) for one in seen] == [("PRIMARY", 5, None)] * 2


async def test_places_and_meters_are_kept_by_name(store: Any) -> None:
    home = OwnPlace(name="home", latitude_deg=48.1, longitude_deg=11.5, radius_m=100, time_zone="Europe/Berlin")
    await store.places.save_place(home)
    await store.places.save_place(replace(home, name="away"))
    await store.places.save_place(replace(home, radius_m=50))
    assert [(place.name, place.radius_m) for place in await store.places.places()] == [("away", 100), ("home", 50)]
    assert await store.places.save_meter(Meter(name="box", place="home"))
    assert await store.places.save_meter(Meter(name="box", place="away"))
    assert not await store.places.save_meter(Meter(name="other", place="nowhere"))
    assert await store.places.meters() == [Meter(name="box", place="away")]
    assert [await store.places.remove_place("away"), await store.places.remove_place("away")] == [True, False]
    assert await store.places.meters() == []
    assert not await store.places.remove_meter("box")


async def test_what_a_meter_counts_makes_no_vehicle(store: Any) -> None:
    counted = Reading(meter_subject("box"), METER_ENERGY, 12.5, "kWh", 1_000, 1_000, 1_000, Source.METER)
    appended = await store.append(Batch(readings=[counted]))
    assert (appended.new, list(appended.met), await store.vins()) == (1, [], [])
    assert await store.vehicles.vehicles() == []
    assert [point.value for point in await store.latest(meter_subject("box"))] == [12.5]
    assert await store.derived.outdated_folds({"days": 1}) == []
