"""My Garage, as public notes of 2021, a collection of requests of 2023 and clients of 2026 ask it."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from tests.emulator.conftest import NOON_MS
from tests.emulator.mygarage.conftest import FORWARD, SERVICES, SITE, Owner

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.times import DAY_MS

COLLECTION = [
    f"{SERVICES}/recalls",
    f"{SERVICES}/connected-drive/mapping?brand=BM&property=relationship",
    f"{SERVICES}/offers?brand=BMW",
]


@pytest.mark.parametrize("path", COLLECTION)
async def test_the_requests_of_the_collection_are_answered_without_a_referer(owner: Owner, path: str) -> None:
    status, body = await owner.call(path)
    assert status == 200
    assert isinstance(body, dict)


@pytest.mark.parametrize(
    "form", ["token={token}", "vin={vin},token={token},gcid=x", " gcid=x , token={token}", "Bearer {token}"]
)
async def test_parts_of_the_authorization_come_in_any_order(owner: Owner, form: str) -> None:
    header = form.format(token=owner.token, vin=owner.vin)
    assert (await owner.call(COLLECTION[0], authorization=header))[0] == 200


async def test_one_token_is_good_for_i_remote_too(owner: Owner) -> None:
    form = {"grant_type": "password", "username": "anna@example.com", "password": "emulator", "scope": "vehicle_data"}
    basic = {"Authorization": "Basic " + b64encode(b"some-key:some-secret").decode()}
    _, tokens = await owner.send("POST", "/gcdm/oauth/token", data=form, headers=basic)
    assert (await owner.call(COLLECTION[0], authorization=f"token={tokens['access_token']}"))[0] == 200
    bearer = {"Authorization": f"Bearer {owner.token}"}
    assert (await owner.send("GET", "/webapi/v1/user/vehicles", headers=bearer))[0] == 200


async def test_a_token_without_a_scope_opens_nothing(owner: Owner) -> None:
    form = {"grant_type": "password", "username": "anna@example.com", "password": "emulator"}
    basic = {"Authorization": "Basic " + b64encode(b"some-key:some-secret").decode()}
    _, tokens = await owner.send("POST", "/gcdm/oauth/token", data=form, headers=basic)
    assert (await owner.call(COLLECTION[0], authorization=f"token={tokens['access_token']}"))[0] == 401


async def test_the_third_part_says_which_car(owner: Owner) -> None:
    for vehicle in owner.emulator.info.vehicles:
        header = f"token={owner.token},vin={vehicle.vin}"
        assert (await owner.call(COLLECTION[0], authorization=header))[1]["vin"] == vehicle.vin
    foreign = f"token={owner.token},vin=WBA99999999999999"
    assert (await owner.call(COLLECTION[0], authorization=foreign))[0] == 404


@pytest.mark.parametrize("header", ["token=none", "gcid=x", "nonsense", "Basic abc"])
async def test_without_a_good_token_nothing_is_told(owner: Owner, header: str) -> None:
    for path in (*COLLECTION, FORWARD):
        assert (await owner.call(path, authorization=header))[0] == 401


async def test_a_token_lives_an_hour_or_two(owner: Owner) -> None:
    owner.emulator.clock.jump(by_ms=2 * 3_600_000)
    assert (await owner.call(COLLECTION[0]))[0] == 401


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ("referer-wanted-forward", FORWARD),
        ("referer-wanted-services", COLLECTION[0]),
        ("referer-wanted-mybmw", "/bin/mybmw/warranty-and-service"),
    ],
)
async def test_a_referer_is_wanted_by_a_switch_of_each_path(owner: Owner, fault: str, path: str) -> None:
    owner.break_with(fault)
    assert (await owner.call(path))[0] == 403
    assert (await owner.call(path, headers={"Referer": "https://elsewhere.example/"}))[0] == 403
    assert (await owner.call(path, headers={"Referer": SITE}))[0] == 200
    others = {FORWARD, COLLECTION[0], "/bin/mybmw/warranty-and-service"} - {path}
    assert {(await owner.call(other))[0] for other in others} == {200}


async def test_the_inoperative_requests_are_answered_in_an_envelope_with_errors(owner: Owner) -> None:
    target = "/mybmw/resources/vehicleprofile/getvehicleProfile"
    for path in (f"{FORWARD}?gcid=x&targetURL={target}&vin={owner.vin}", "/bin/mybmw/cd?vin=x&target=getPhoneNumber"):
        status, body = await owner.send("GET", path)
        assert (status, body["errorContent"]["anyErrors"], body["dataContent"]) == (200, True, None)


async def test_the_garage_lists_every_car_and_the_ordered_one(owner: Owner) -> None:
    envelope = await owner.forward("garage/getGarageVehiclesByGroupId", groupId="eA==")
    assert envelope["responseContent"] == {"responseCode": "200", "responseMessage": "SUCCESS"}
    assert envelope["errorContent"] == {"anyErrors": False, "errors": []}
    vins = [car["vin"] for car in envelope["dataContent"]["ProdVehicleDetails"]]
    assert vins[:-1] == [vehicle.vin for vehicle in owner.emulator.info.vehicles]


async def test_features_have_packages_whose_price_may_be_none(owner: Owner) -> None:
    data = (await owner.forward("vehicleprofile/getvehicleFeatures", vin=owner.vin))["dataContent"]
    [car] = data["VehicleDetails"]
    equipment = owner.emulator.garage.truth(owner.emulator.garage.cars[0].vin).equipment
    assert car["exteriorColorDesc"] == equipment.colour
    assert car["exteriorColorCode"][2:] == equipment.paint_code[1:]
    assert {-1, -2} < {package["price"] for package in car["packageDetails"]}


async def test_every_target_of_the_list_is_forwarded(owner: Owner) -> None:
    _, targets = await owner.send("GET", "/content/dam/mybmw/endpoints/Endpoints.json")
    assert targets["FIND_VEHICLE_BY_VIN"] == "/mybmw/resources/managevehicles/findVehicleByVIN"
    assert len(targets) == len(set(targets.values())) == 52
    for target in targets.values():
        envelope = await owner.get(FORWARD, targetURL=target, vin=owner.vin)
        assert envelope["errorContent"]["anyErrors"] is False, target
    unknown = await owner.get(FORWARD, targetURL="/mybmw/resources/none")
    assert unknown["responseContent"]["responseCode"] == "404"


async def test_dealers_are_found_by_zip_city_and_name(owner: Owner) -> None:
    locator = "/dealerlocator/v1/dealerlocator/"
    for target, query in (
        ("getdealerdetails/", {"zip": "60611"}),
        ("getdealerdetailsByCityState", {"city": "Chicago", "state": "IL"}),
        ("getdealerdetailsByDealerName", {"dealerName": "of chicago"}),
    ):
        envelope = await owner.get(FORWARD, targetURL=locator + target, **query)
        assert [dealer["city"] for dealer in envelope["dataContent"]["dealers"]] == ["Chicago"]


async def links_of(owner: Owner, profile: str) -> dict[str, str]:
    answer = await owner.get(f"{SERVICES}/forward", target=f"/bmw-us/profile/{profile}/core", brand="BMW", market="US")
    return {link["rel"]: link["href"] for link in answer["links"]}


async def follow(owner: Owner, href: str) -> Any:
    return await owner.get(f"{SERVICES}/forward", target=href, brand="BMW", market="US")


async def profiles(owner: Owner) -> list[str]:
    cars = (await owner.forward("garage/getGarageVehiclesByGroupId"))["dataContent"]["ProdVehicleDetails"]
    return [f"{car['prodNum']}-{car['vin'] if car['vin'] != 'NA' else 'null'}" for car in cars]


async def test_the_links_of_2026_lead_to_order_equipment_and_pictures(owner: Owner) -> None:
    owned, *_, ordered = await profiles(owner)
    links = await links_of(owner, owned)
    assert links.keys() == {"TRACK", "FEATURES_AND_OPTIONS", "ESA"}
    [car] = (await follow(owner, links["TRACK"]))["dataContent"]["prodVehicleDetails"]
    assert (car["vin"], car["orderStatusCode"]) == (owner.vin, "196")
    assert (len(car["colorCode"]), len(car["upholsteryCode"])) == (5, 5)
    assert (await follow(owner, links["FEATURES_AND_OPTIONS"]))["dataContent"]
    pictures = await owner.get(
        f"{SERVICES}/forward", target=links["FEATURES_AND_OPTIONS"] + "/images", startAngle="0", stepAngle="10"
    )
    assert [picture["angle"] for picture in pictures["content"]] == list(range(0, 360, 10))
    url = pictures["content"][3]["url"].removeprefix(owner.emulator.info.base_url)
    async with owner.session.get(owner.emulator.info.base_url + url) as response:
        assert (await response.read()).startswith(b"\x89PNG")
    assert (await links_of(owner, ordered)).keys() == {"TRACK", "FEATURES_AND_OPTIONS"}


@pytest.mark.parametrize(("status", "vins"), [(112, {"NA", "null"}), (149, {"NA", "null"}), (150, None)])
async def test_an_order_has_a_vin_from_production_on(owner: Owner, status: int, vins: set[str] | None) -> None:
    owner.break_with("order-status", value=status)
    [*_, ordered] = await profiles(owner)
    [car] = (await follow(owner, (await links_of(owner, ordered))["TRACK"]))["dataContent"]["prodVehicleDetails"]
    assert (car["orderStatusCode"], car["retlDate"]) == (str(status), "null")
    assert car["vin"] in vins if vins else len(car["vin"]) == 17


async def test_an_order_goes_on_by_the_clock(
    make_settings: Callable[..., EmulatorSettings], owner_of: Callable[[Emulator], Owner]
) -> None:
    stages = []
    for days in (0, 4, 8):
        async with Emulator(make_settings(now_ms=NOON_MS + days * DAY_MS)) as emulator:
            owner = await owner_of(emulator).sign_in()
            answer = await owner.forward("garage/getGarageVehiclesByGroupId")
            stages.append(answer["dataContent"]["ProdVehicleDetails"][-1]["orderStatusCode"])
    assert len(set(stages)) == 3


@pytest.mark.parametrize("target", ["/bmw-us/profile/0-null/core", "/bmw-us/nothing", "", "none"])
async def test_what_is_no_profile_is_not_found(owner: Owner, target: str) -> None:
    assert (await owner.call(f"{SERVICES}/forward", params={"target": target}))[0] == 404


async def test_warranty_is_told_to_anybody_in_both_forms(owner: Owner) -> None:
    for query in (
        {"groupId": "eA==", "vin": owner.vin},
        {"vin": owner.vin, "mileage": "999999", "locationID": "01", "centerCode": "36760", "isMpuEligible": "false"},
    ):
        status, body = await owner.send("GET", "/bin/mybmw/warranty-and-service", params=query)
        assert (status, body["overallStatus"]["statusCode"]) == (200, "0")
        assert body["vinResponse"]["vehicle"]["vin"] == owner.vin
        states = {
            cover["contractType"]: cover["contractStatus"]
            for cover in body["vinResponse"]["warranty"]["mfgWarrantyCoverage"]
        }
        assert states == {"WA": "ACTIVE", "FE": "ACTIVE", "CA": "ACTIVE"}
    _, unknown = await owner.send("GET", "/bin/mybmw/warranty-and-service", params={"vin": "WBA99999999999999"})
    assert (unknown["vinResponse"], unknown["overallStatus"]["sclass"]) == (None, "E")


async def test_a_warranty_ends(
    make_settings: Callable[..., EmulatorSettings], owner_of: Callable[[Emulator], Owner]
) -> None:
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=("i3",)),))) as emulator:
        owner = await owner_of(emulator).sign_in()
        _, body = await owner.send("GET", "/bin/mybmw/warranty-and-service", params={"vin": owner.vin})
    covers = body["vinResponse"]["warranty"]["mfgWarrantyCoverage"]
    assert [cover["contractStatus"] for cover in covers] == ["EXPIRED", "ACTIVE", "ACTIVE"]


async def recalls_by(owner: Owner, way: str) -> Any:
    path = {
        "own": f"{SERVICES}/recalls",
        "getRecalls": f"/bin/mybmw/getRecalls?targetVin=/vin/{owner.vin}",
        "NHTSA": f"/safetyrecall/resources/v1/api/bmwusa/vin/{owner.vin}?bmwusa_api_key=%7B%7Bkey%7D%7D",
    }[way]
    status, body = await (owner.call(path) if way == "own" else owner.send("GET", path))
    assert status == 200
    return body


@pytest.mark.parametrize("way", ["own", "getRecalls", "NHTSA"])
async def test_recalls_are_the_same_by_every_way(owner: Owner, way: str) -> None:
    none = await recalls_by(owner, way)
    assert (none["vin"], none["status"], none["manufacturer_id"]) == (owner.vin, True, 15)
    assert (none["recalls_available"], none["number_of_recalls"], none["recalls"]) == (False, 0, [])
    assert none["refresh_date"] == "Jul 27, 2026"
    owner.break_with("recalls-open", value=2)
    some = await recalls_by(owner, way)
    assert (some["recalls_available"], some["number_of_recalls"], len(some["recalls"])) == (True, 2, 2)


async def test_recalls_of_a_stranger(owner: Owner) -> None:
    _, body = await owner.send("GET", "/safetyrecall/resources/v1/api/bmwusa/vin/WBA99999999999999")
    assert (body["status"], body["recalls"]) == (False, [])


@pytest.mark.parametrize("target", ["/vin/{VIN}", "WBA"])
async def test_unreplaced_braces_get_the_servers_page(owner: Owner, target: str) -> None:
    status, page = await owner.send("GET", "/bin/mybmw/getRecalls", params={"targetVin": target})
    assert status == 500
    assert "escaped absolute path not valid" in page
    assert "on this server" in page


async def test_value_services_are_the_ten_of_the_site(owner: Owner) -> None:
    _, body = await owner.send("GET", "/content/dam/mybmw/value-service/valueService.json")
    services = body["Result"]["Services"]
    assert [service["Id"] for service in services] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 19]
    assert (services[-1]["Description"], services[0]["Price"], services[0]["AgCode"]) == ("", 0, None)


async def test_the_phone_number_is_told_to_the_owner(owner: Owner) -> None:
    body = await owner.get("/bin/mybmw/cd", vin=owner.vin, target="getPhoneNumber")
    assert body["phoneNumber"].startswith("+1555")
    assert (await owner.call("/bin/mybmw/cd", params={"target": "none"}))[0] == 400
    assert (await owner.call("/bin/mybmw/cd", params={"target": "getPhoneNumber", "vin": "x"}))[0] == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [("garage-tokens-refused", 401), ("garage-403", 403), ("garage-500", 500), ("garage-not-json", 502)],
)
async def test_faults_are_shown_once(owner: Owner, fault: str, status: int) -> None:
    owner.break_with(fault, times=1)
    assert [(await owner.call(COLLECTION[0]))[0] for _ in range(2)] == [status, 200]


async def test_a_forwarded_request_can_fail_in_its_envelope(owner: Owner) -> None:
    owner.break_with("forward-errors", times=1)
    assert (await owner.forward("garage/getGarageVehiclesByGroupId"))["errorContent"]["anyErrors"] is True
    [profile, *_] = await profiles(owner)
    owner.break_with("forward-errors", times=1)
    assert (await follow(owner, f"/bmw-us/profile/{profile}/core"))["errorContent"]["anyErrors"] is True


async def test_answers_can_be_late(owner: Owner) -> None:
    owner.break_with("garage-slow", value=5, times=1)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(owner.call(COLLECTION[0]))
        while not asking.done():
            owner.emulator.clock.jump(by_ms=1_000)
            await asyncio.sleep(0.01)
    assert asking.result()[0] == 200
