"""Lists of vehicles, profile and picture in their versions, and which car a request is about."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.emulator.mybmw.conftest import BEV, MINI, PHEV, AppProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Gcid, Vin

LISTS = {"v2": "/eadrax-vcs/v2/vehicles", "v4": "/eadrax-vcs/v4/vehicles"}
STATE, PROFILE, MAPPINGS = (
    "/eadrax-vcs/v4/vehicles/state",
    "/eadrax-vcs/v5/vehicle-data/profile",
    "/eadrax-vcs/v5/vehicle-list",
)
IMAGES_V3, IMAGES_V5 = (
    "/eadrax-ics/v3/presentation/vehicles/{vin}/images",
    "/eadrax-ics/v5/presentation/vehicles/images",
)
VIEWS = [
    *("VehicleStatus", "FrontView", "RearView", "SideViewLeft", "SideViewRight", "FrontLeft", "FrontRight"),
    *("RearLeft", "RearRight", "Dashboard", "DriverDoor", "AngleSideViewForty", "angleSideViewSixty"),
]


async def mapped(app: AppProgram, brand: str) -> list[str]:
    reply = await app.call("POST", MAPPINGS, brand=brand, json={})
    assert reply.body["gcid"] == app.emulator.info.gcid
    return [mapping["vin"] for mapping in reply.body["mappingInfos"]]


@pytest.mark.parametrize("version", LISTS)
async def test_lists_show_the_cars_of_the_brand_that_asks(app: AppProgram, version: str) -> None:
    for brand, vins in (("bmw", [BEV, PHEV]), ("mini", [MINI]), ("toyota", [])):
        assert [car["vin"] for car in await app.get(LISTS[version], brand=brand)] == vins
        assert await mapped(app, brand) == vins


async def test_list_v2_knows_reasons_for_mapping(app: AppProgram) -> None:
    old, new = (await app.get(LISTS["v2"]))[0], (await app.get(LISTS["v4"]))[0]
    assert old["mappingInfo"]["lmmStatusReasons"] == []
    assert "lmmStatusReasons" not in new["mappingInfo"]
    assert new["mappingInfo"]["isPrimaryUser"] is True
    assert {**old["attributes"], "headUnitRaw": "HU_MGU"} == new["attributes"]


async def test_profile_tells_what_the_car_is(app: AppProgram) -> None:
    profile = await app.get(PROFILE, vin=BEV)
    assert profile["vin"] == BEV
    assert (profile["brand"], profile["model"], profile["year"]) == ("BMW_I", "i5 eDrive40", 2023)
    assert (profile["bodyType"], profile["driveTrain"]) == ("G60", "ELECTRIC")
    assert profile["softwareVersionCurrent"]["puStep"] == {"month": 7, "year": 23}
    assert 0xFF000000 <= profile["color"] <= 0xFFFFFFFF


async def test_supra_is_a_third_partys_car(
    make_settings: Callable[..., EmulatorSettings], app_of: Callable[[Emulator], AppProgram]
) -> None:
    account = EmulatedAccount(models=("supra", "spectre", "motorcycle"))
    async with Emulator(make_settings(accounts=(account,))) as emulator:
        app = await app_of(emulator).sign_in()
        supra, spectre, motorcycle = (car.vin for car in emulator.info.vehicles)
        assert await mapped(app, "toyota") == [supra]
        assert (await app.get(PROFILE, vin=supra, brand="toyota"))["brand"] == "DRITTKUNDE"
        assert await mapped(app, "rolls-royce") == [spectre]
        assert await mapped(app, "bmw") == []
        assert (await app.call("GET", STATE, vin=motorcycle)).status == 404


@pytest.mark.parametrize("path", [STATE, PROFILE, IMAGES_V5])
async def test_car_has_to_be_named_in_the_header(app: AppProgram, path: str) -> None:
    assert (await app.call("GET", path)).status == 400
    assert (await app.call("GET", path, vin="WBA00000000000000")).status == 404


async def test_picture_is_png_whatever_is_accepted(app: AppProgram) -> None:
    accept = {"Accept": "application/json"}
    pictures = set()
    for view in VIEWS:
        old = await app.call("GET", IMAGES_V3.format(vin=BEV), params={"carView": view}, headers=accept)
        new = await app.call("GET", IMAGES_V5, vin=BEV, params={"carView": view, "toCrop": "true"}, headers=accept)
        assert (old.status, old.headers["Content-Type"]) == (200, "image/png")
        assert old.body == new.body
        pictures.add(old.body)
    assert len(pictures) == len(VIEWS)


async def test_unknown_view_is_refused(app: AppProgram) -> None:
    assert (await app.call("GET", IMAGES_V5, vin=BEV, params={"carView": "Boot"})).status == 400


@pytest.mark.parametrize(
    ("year", "there"),
    [(2018, []), (2021, []), (2022, ["v2"]), (2023, ["v4", "state"]), (2024, ["v4", "state", "profile"])],
)
async def test_versions_come_and_go_with_the_years(app: AppProgram, year: int, there: list[str]) -> None:
    app.switch_on("era", year)
    paths: dict[str, Any] = {**LISTS, "state": STATE, "profile": PROFILE}
    statuses = {name: (await app.call("GET", path, vin=BEV)).status for name, path in paths.items()}
    assert statuses == {name: 200 if name in there else 404 for name in paths}


@pytest.mark.parametrize(
    ("fault", "status"),
    [("older-500", 500), ("older-503", 503), ("older-not-json", 502), ("older-tokens-refused", 401)],
)
async def test_faults_of_older_services_are_its_too(app: AppProgram, fault: str, status: int) -> None:
    app.switch_on(fault)
    assert (await app.call("GET", STATE, vin=BEV)).status == status


PROFILE_CHANGES: list[tuple[dict[str, Any], set[str]]] = [
    ({"colour": "Utah Orange"}, {"color"}),
    ({"country": "GB"}, {"countryOfOrigin"}),
    ({"brand": CarBrand.BMW}, {"brand"}),
    ({"built": (2019, 10)}, {"year", "softwareVersionExFactory"}),
    ({"built": (2023, 1)}, {"softwareVersionExFactory"}),
    ({"software": "1124"}, {"softwareVersionCurrent"}),
    ({"chassis": "G61"}, {"bodyType"}),
    ({"head_unit": "NBT"}, {"headUnitRaw", "headUnitType", "hmiVersion", "telematicsUnit"}),
]


async def test_each_part_of_the_car_shows_in_its_field(app: AppProgram) -> None:
    before, retouches = await app.get(PROFILE, vin=BEV), app.emulator.account_vehicles.retouches
    for changes, fields in PROFILE_CHANGES:
        equipment = replace(app.truth(BEV).equipment, **changes)
        retouches[Vin(BEV)] = lambda truth, equipment=equipment: replace(truth, equipment=equipment)  # type: ignore[misc]
        after = await app.get(PROFILE, vin=BEV)
        assert {name for name in before if before[name] != after[name]} == fields


async def test_second_user_is_no_primary_one(
    make_settings: Callable[..., EmulatorSettings], app_of: Callable[[Emulator], AppProgram]
) -> None:
    other = Gcid("22222222-2222-3333-4444-555555555555")
    bob = EmulatedAccount(
        user="bob@example.com", gcid=other, client_id="b" * 8 + "-bbbb-cccc-dddd-eeeeeeeeeeee", models=("x1",)
    )
    anna = EmulatedAccount(models=("bev",), secondary_models=("x1",))
    async with Emulator(make_settings(accounts=(anna, bob))) as emulator:
        app = await app_of(emulator).sign_in()
        items = (await app.call("POST", MAPPINGS)).body["mappingInfos"]
        assert [item["isPrimaryUser"] for item in items] == [True, False]
