"""CarData's REST API: the order of its checks, its quota, and what it says of a car."""

import datetime as dt
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

ODOMETER = "vehicle.vehicle.travelledDistance"
BY_CALL = {f"vehicle.electricalSystem.battery.serviceDemand.{what}" for what in ("recharge", "replace")}
FOREIGN_VIN = "WBA99999999999999"


@pytest.fixture
async def client(program: "Program") -> "Program":
    await program.sign_in()
    return program


def first_vin(program: "Program") -> str:
    return program.emulator.info.vehicles[0].vin


async def ask_telematic(program: "Program", *keys: str) -> dict[str, Any]:
    request = {"name": "n", "purpose": "p", "technicalDescriptors": list(keys)}
    container = (await program.call("POST", "/containers", json=request)).body["containerId"]
    path = f"/vehicles/{first_vin(program)}/telematicData"
    answer: dict[str, Any] = (await program.call("GET", path, params={"containerId": container})).body
    return answer["telematicData"]  # type: ignore[no-any-return]  # JSON


async def test_mappings_are_an_array_of_the_accounts_vehicles(client: "Program") -> None:
    answer = await client.call("GET", "/vehicles/mappings")
    assert [mapping["vin"] for mapping in answer.body] == [car.vin for car in client.emulator.info.vehicles]
    assert {mapping["mappingType"] for mapping in answer.body} == {"PRIMARY"}
    assert all(mapping["mappedSince"].endswith("Z") for mapping in answer.body)


async def test_basic_data_describes_the_vehicle(client: "Program") -> None:
    answer = await client.call("GET", f"/vehicles/{first_vin(client)}/basicData")
    assert answer.body["brand"] == "BMW"
    assert answer.body["modelName"]


async def test_telematic_values_are_texts_and_the_unknown_is_null(client: "Program") -> None:
    silent = "vehicle.channel.ista.obfcm.lastTransmissionStatus"
    data = await ask_telematic(client, ODOMETER, silent, "vehicle.look.image")
    assert float(data[ODOMETER]["value"]) > 0
    assert data[ODOMETER]["timestamp"].endswith("Z")
    assert (data[silent]["value"], data[silent]["timestamp"]) == (None, None)
    assert "vehicle.look.image" not in data


async def test_every_telematic_member_is_text_or_null(client: "Program") -> None:
    keys = list(client.emulator.voice.known_of(client.emulator.garage.cars[0].vin))
    data = await ask_telematic(client, *keys)
    members = [member for triple in data.values() for member in triple.values()]
    assert len(data) > len(keys) // 2
    assert all(member is None or isinstance(member, str) for member in members)


async def test_times_of_telematic_data_have_milliseconds_or_not(client: "Program") -> None:
    await client.control("clock", jump_ms=3 * 86_400_000)
    await client.sign_in()
    backend = client.emulator.voice.known_of(client.emulator.garage.cars[0].vin)
    data = await ask_telematic(client, *backend)
    times_ms = {key: round(dt.datetime.fromisoformat(row["timestamp"]).timestamp() * 1000) for key, row in data.items()}
    beyond = {key: at_ms - (backend[key].measured_at_ms or 0) for key, at_ms in times_ms.items() if key not in BY_CALL}
    assert all(0 <= millis < 1000 for millis in beyond.values())
    assert 0.1 < sum(millis > 0 for millis in beyond.values()) / len(beyond) < 0.9
    assert {times_ms[key] for key in BY_CALL} == {client.emulator.clock.now_ms()}


async def test_image_is_a_png(client: "Program") -> None:
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "x-version": "v1", "Accept": "*/*"}
    url = f"{client.emulator.info.base_url}/customers/vehicles/{first_vin(client)}/image"
    async with client.session.get(url, headers=headers) as response:
        picture = await response.read()
    assert response.content_type == "image/png"
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (480, 270)


async def test_vehicle_without_image_is_not_found(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    async with Emulator(make_settings(has_images=False)) as emulator:
        program = program_of(emulator)
        await program.sign_in()
        answer = await program.call("GET", f"/vehicles/{first_vin(program)}/image")
    assert answer.cardata_refusal == (404, "CU-126")


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, (401, "CU-100")),
        ({"Authorization": "Bearer "}, (401, "CU-100")),
        ({"Authorization": "Bearer made-up"}, (401, "CU-101")),
    ],
)
async def test_request_without_a_good_token_is_refused_first(
    program: "Program", headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    answer = await program.send("GET", "/customers/vehicles/nonsense/basicData", headers=headers)
    assert answer.cardata_refusal == refusal


async def test_expired_token_is_told_from_an_unknown_one(client: "Program") -> None:
    client.emulator.clock.jump(by_ms=3_600_000)
    assert (await client.call("GET", "/vehicles/mappings")).cardata_refusal == (401, "CU-102")


async def test_missing_version_is_refused_and_costs_nothing(client: "Program") -> None:
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}"}
    answer = await client.send("GET", "/customers/vehicles/mappings", headers=headers)
    assert answer.cardata_refusal == (400, "CU-400")
    assert client.emulator.quota.spent(client.emulator.info.gcid) == 0


@pytest.mark.parametrize(
    ("vin", "container", "refusal"),
    [
        ("short", "x", (400, "CU-120")),
        (FOREIGN_VIN.lower(), "J00I035N193CD", (400, "CU-120")),
        (FOREIGN_VIN, "x", (400, "CU-121")),
        (FOREIGN_VIN, "J00I035N193CD", (403, "CU-104")),
        (None, "J00I035N193CD", (403, "CU-105")),
    ],
)
async def test_parameters_are_checked_form_first_then_rights(
    client: "Program", vin: str | None, container: str, refusal: tuple[int, str]
) -> None:
    path = f"/vehicles/{vin or first_vin(client)}/telematicData"
    answer = await client.call("GET", path, params={"containerId": container})
    assert answer.cardata_refusal == refusal


async def test_operation_that_is_not_there_is_refused_in_bmws_form(client: "Program") -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await client.call(method, f"/vehicles/{first_vin(client)}/tripHistory")
        assert answer.cardata_refusal == (404, "CU-400")


async def test_quota_is_spent_by_failures_too_and_returns_at_midnight_utc(client: "Program") -> None:
    for _ in range(49):
        client.emulator.quota.spend(client.emulator.info.gcid)
    assert (await client.call("GET", "/vehicles/short/basicData")).status == 400
    assert (await client.call("GET", "/vehicles/short/basicData")).cardata_refusal == (403, "CU-429")
    client.emulator.clock.jump(by_ms=12 * 3_600_000 - 1)
    client.tokens = (await client.refresh()).body
    assert (await client.call("GET", "/vehicles/mappings")).cardata_refusal == (403, "CU-429")
    client.emulator.clock.jump(by_ms=1)
    assert (await client.call("GET", "/vehicles/mappings")).status == 200
