"""Every row of BMW's table of REST errors can be reached, by nature or by a fault, and has BMW's body."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Answer, Program

HOUR_MS = 3_600_000
ODOMETER = "vehicle.vehicle.travelledDistance"
LEVEL = "vehicle.drivetrain.electricEngine.charging.level"
PETROL = 2
NOBODYS_CONTAINER = "J00I035N193CD"

Ask = Callable[["Program"], Awaitable["Answer"]]


@pytest.fixture
async def client(program: "Program") -> "Program":
    await program.sign_in()
    return program


def of_car(operation: str, params: Mapping[str, str] | None = None, *, car: int = 0) -> Ask:
    return lambda client: client.call(
        "GET", f"/vehicles/{client.emulator.info.vehicles[car].vin}/{operation}", params=params
    )


def of_vin(vin: str) -> Ask:
    return lambda client: client.call("GET", f"/vehicles/{vin}/basicData")


def with_headers(method: str, **headers: str) -> Ask:
    return lambda client: client.send(method, "/customers/containers", headers=headers)


def create(keys: list[str], *, before: int = 0) -> Ask:
    async def ask(client: "Program") -> "Answer":
        request = {"name": "n", "purpose": "p", "technicalDescriptors": keys}
        for _ in range(before):
            await client.call("POST", "/containers", json=request)
        return await client.call("POST", "/containers", json=request)

    return ask


async def mappings(client: "Program") -> "Answer":
    return await client.call("GET", "/vehicles/mappings")


async def mappings_with_narrow_token(client: "Program") -> "Answer":
    await client.sign_in(scope="authenticate_user openid cardata:streaming:read")
    return await mappings(client)


async def mappings_with_old_token(client: "Program") -> "Answer":
    client.emulator.clock.jump(by_ms=HOUR_MS)
    return await mappings(client)


async def mappings_when_spent(client: "Program") -> "Answer":
    client.emulator.quota.set_spent(client.emulator.info.gcid, 50)
    return await mappings(client)


async def without_version(client: "Program") -> "Answer":
    return await client.send(
        "DELETE",
        f"/customers/containers/{NOBODYS_CONTAINER}",
        headers={"Authorization": f"Bearer {client.tokens['access_token']}"},
    )


async def delete_twice(client: "Program") -> "Answer":
    path = "/containers/" + (await create([ODOMETER])(client)).body["containerId"]
    await client.call("DELETE", path)
    return await client.call("DELETE", path)


ROWS: list[tuple[str, Ask, tuple[int, str]]] = [
    ("", with_headers("GET"), (401, "CU-100")),
    ("", with_headers("POST", Authorization="Bearer x"), (401, "CU-101")),
    ("", mappings_with_old_token, (401, "CU-102")),
    ("tokens-refused", mappings, (401, "CU-102")),
    ("bad-token-as-403", with_headers("GET", Authorization="Bearer x"), (403, "CU-127")),
    ("", without_version, (400, "CU-400")),
    ("", mappings_when_spent, (403, "CU-429")),
    ("quota-as-429", mappings_when_spent, (429, "CU-429")),
    ("", mappings_with_narrow_token, (403, "CU-103")),
    ("", of_vin("WBA00000000009999"), (403, "CU-104")),
    ("secondary-driver", of_car("basicData"), (403, "CU-104")),
    ("", of_car("telematicData", {"containerId": NOBODYS_CONTAINER}), (403, "CU-105")),
    ("", of_vin("wba00000000009999"), (400, "CU-120")),
    ("", of_car("telematicData", {"containerId": "short"}), (400, "CU-121")),
    ("", of_car("telematicData"), (400, "CU-121")),
    ("", delete_twice, (208, "CU-122")),
    ("", create([ODOMETER], before=10), (403, "CU-124")),
    ("container-limit-as-400", create([ODOMETER], before=10), (400, "CU-124")),
    ("container-500", create([ODOMETER, LEVEL]), (500, "CU-500")),
    ("page-token-expired", of_car("locationBasedChargingSettings", {"nextToken": "x"}), (400, "CU-125")),
    ("no-image", of_car("image"), (404, "CU-126")),
    ("", of_car("locationBasedChargingSettings", car=PETROL), (404, "CU-127")),
    ("no-charging-settings", of_car("locationBasedChargingSettings"), (404, "CU-127")),
    ("", of_car("chargingHistory", {"from": "1784980800", "to": "1785000000"}), (400, "CU-401")),
    ("", create(["vehicle.learningNavigation"]), (400, "CU-402")),
    ("long-lists-forbidden", create(sorted(official_keys())), (403, "CU-403")),
    ("rest-500", mappings, (500, "CU-500")),
    ("rest-503", mappings, (503, "CU-503")),
]


@pytest.mark.parametrize(
    ("fault", "ask", "refusal"), ROWS, ids=[f"{code}-{status}-{fault}" for fault, _, (status, code) in ROWS]
)
async def test_row_of_the_error_table(client: "Program", fault: str, ask: Ask, refusal: tuple[int, str]) -> None:
    if fault:
        client.emulator.faults.switch_on(FaultSwitch(name=fault))
    answer = await ask(client)
    assert answer.cardata_refusal == refusal
    assert set(answer.body) == {"exveErrorId", "exveErrorMsg", "exveErrorRef", "exveNote"}
    assert all(isinstance(member, str) for member in answer.body.values())


async def test_long_list_passes_without_the_fault_and_a_short_one_with_it(client: "Program") -> None:
    assert (await create(sorted(official_keys()))(client)).status == 201
    client.emulator.faults.switch_on(FaultSwitch(name="long-lists-forbidden"))
    assert (await create([ODOMETER])(client)).status == 201


async def test_bad_token_as_403_tells_invalid_token(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="tokens-refused"))
    client.emulator.faults.switch_on(FaultSwitch(name="bad-token-as-403"))
    answer = await mappings(client)
    assert (answer.cardata_refusal, answer.body["exveErrorMsg"]) == ((403, "CU-127"), "invalid_token")


@pytest.mark.parametrize("fault", ["rest-500", "rest-503"])
async def test_failed_calls_count_and_a_fault_ends_after_its_times(client: "Program", fault: str) -> None:
    client.emulator.faults.switch_on(FaultSwitch(name=fault, times=2))
    assert [(await mappings(client)).status for _ in range(3)] == [int(fault[-3:])] * 2 + [200]
    assert client.emulator.quota.spent(client.emulator.info.gcid) == 3


async def test_gateway_answers_in_html(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="rest-not-json"))
    async with client.session.get(f"{client.emulator.info.base_url}/customers/vehicles/mappings") as response:
        assert (response.status, response.content_type) == (502, "text/html")
        assert "<html>" in await response.text()


async def test_slow_answer_takes_the_emulators_time(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="rest-slow", value=30))
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(10):
        asked = tasks.create_task(mappings(client))
        while client.emulator.faults.is_on("rest-slow") and not asked.done():
            client.emulator.clock.jump(by_ms=29_000)
            await asyncio.sleep(0.01)
    assert asked.result().status == 200


async def test_slow_answer_waits_while_the_clock_stands(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="rest-slow"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await mappings(client)
    client.emulator.clock.jump(by_ms=5_000)


async def test_rolling_quota_counts_the_last_24_hours(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="quota-rolls"))
    client.emulator.quota.set_spent(client.emulator.info.gcid, 50)
    for hours, status in ((23, 403), (1, 200)):
        client.emulator.clock.jump(by_ms=hours * HOUR_MS)
        await client.sign_in()
        assert (await mappings(client)).status == status


@pytest.mark.parametrize("accept", ["application/xml", "*/*", ""])
async def test_answer_is_json_whatever_is_accepted(client: "Program", accept: str) -> None:
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "x-version": "v1", "Accept": accept}
    assert isinstance((await client.send("GET", "/customers/vehicles/mappings", headers=headers)).body, list)


async def test_mappings_come_in_three_shapes(client: "Program") -> None:
    plain = (await mappings(client)).body
    client.emulator.faults.switch_on(FaultSwitch(name="mappings-wrapped"))
    assert (await mappings(client)).body == {"mappings": plain}
    client.emulator.faults.switch_off()
    client.emulator.faults.switch_on(FaultSwitch(name="mappings-single"))
    assert (await mappings(client)).body == plain[0]


async def test_secondary_driver_sees_it_in_the_mappings(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="secondary-driver"))
    assert {mapping["mappingType"] for mapping in (await mappings(client)).body} == {"SECONDARY"}


async def test_deleted_containers_are_inactive_in_the_guides_words(client: "Program") -> None:
    await delete_twice(client)
    client.emulator.faults.switch_on(FaultSwitch(name="deleted-as-inactive"))
    listed = (await client.call("GET", "/containers")).body["containers"]
    assert [container["state"] for container in listed] == ["INACTIVE"]


async def ask_telematic(client: "Program", container: str) -> Mapping[str, Any]:
    answer: dict[str, Any] = (await of_car("telematicData", {"containerId": container})(client)).body["telematicData"]
    return answer


async def test_faults_of_telematic_data_change_values_keys_and_units(client: "Program") -> None:
    silent = "vehicle.channel.ista.obfcm.lastTransmissionStatus"
    container = (await create([ODOMETER, silent])(client)).body["containerId"]
    km = float((await ask_telematic(client, container))[ODOMETER]["value"])
    client.emulator.faults.switch_on(FaultSwitch(name="keys-absent"))
    assert list(await ask_telematic(client, container)) == [ODOMETER]
    client.emulator.faults.switch_on(FaultSwitch(name="rest-in-miles"))
    in_miles = (await ask_telematic(client, container))[ODOMETER]
    assert in_miles["unit"] == "miles"
    assert float(in_miles["value"]) == pytest.approx(km / 1.609344, abs=0.5)
    client.emulator.faults.switch_off()
    client.emulator.faults.switch_on(FaultSwitch(name="all-null"))
    nulls = await ask_telematic(client, container)
    assert nulls == {ODOMETER: {"timestamp": None, "unit": "km", "value": None}, silent: dict.fromkeys(nulls[silent])}


async def test_odometer_of_rest_flips_to_miles_and_loses_its_unit(client: "Program") -> None:
    container = (await create([ODOMETER])(client)).body["containerId"]
    before = (await ask_telematic(client, container))[ODOMETER]
    client.emulator.faults.switch_on(FaultSwitch(name="rest-odometer-in-miles"))
    flipped = (await ask_telematic(client, container))[ODOMETER]
    assert (flipped["unit"], flipped["timestamp"]) == ("km", before["timestamp"])
    assert float(flipped["value"]) == pytest.approx(float(before["value"]) / 1.609344, abs=0.5)
    client.emulator.faults.switch_on(FaultSwitch(name="rest-no-unit"))
    assert (await ask_telematic(client, container))[ODOMETER] == flipped | {"unit": None}


async def test_rest_lags_behind_what_the_cars_sent(client: "Program") -> None:
    container = (await create([ODOMETER])(client)).body["containerId"]
    before = await ask_telematic(client, container)
    lives = client.emulator.lives[client.emulator.info.gcid]
    await lives.command(client.emulator.garage.cars[0].vin, "drive", {"minutes": 20})
    client.emulator.clock.jump(by_ms=HOUR_MS)
    await client.sign_in()
    assert await ask_telematic(client, container) != before
    client.emulator.faults.switch_on(FaultSwitch(name="rest-behind", value=2))
    assert await ask_telematic(client, container) == before
    client.emulator.clock.jump(by_ms=3 * HOUR_MS)
    await client.sign_in()
    assert await ask_telematic(client, container) != before


async def test_tyre_diagnosis_is_a_skeleton_or_filled(client: "Program") -> None:
    filled = (await of_car("smartMaintenanceTyreDiagnosis")(client)).body["passengerCar"]["mountedTyres"]
    petrol = (await of_car("smartMaintenanceTyreDiagnosis", car=PETROL)(client)).body
    assert filled["frontLeft"]["dimension"]["sectionWidth"] > 0
    assert petrol["passengerCar"]["mountedTyres"]["rearRight"]["dimension"]["sectionWidth"] == 0
    client.emulator.faults.switch_on(FaultSwitch(name="no-tyre-data"))
    assert (await of_car("smartMaintenanceTyreDiagnosis")(client)).body == petrol


async def test_emulator_starts_with_faults(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    async with Emulator(make_settings(faults=(FaultSwitch(name="rest-503"),))) as emulator:
        program = program_of(emulator)
        await program.sign_in()
        assert (await mappings(program)).cardata_refusal == (503, "CU-503")
