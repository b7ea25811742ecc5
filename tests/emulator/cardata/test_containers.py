"""The life of containers, as programs see it."""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Answer, Program

DAY_MS = 86_400_000
REQUEST: dict[str, Any] = {"name": "n", "purpose": "p", "technicalDescriptors": ["vehicle.isMoving"]}


@pytest.fixture
async def client(program: "Program") -> "Program":
    await program.sign_in()
    return program


async def create(client: "Program", **changes: Any) -> "Answer":
    return await client.call("POST", "/containers", json={**REQUEST, **changes})


async def test_container_lives_and_is_deleted_twice(client: "Program") -> None:
    created = await create(client)
    path = f"/containers/{created.body['containerId']}"
    assert (created.status, created.body["state"]) == (201, "ACTIVE")
    assert re.fullmatch(r"[A-Z]\d\d[A-Z]\d{3}[A-Z]\d{3}[A-Z]{2}", created.body["containerId"])
    assert (await client.call("GET", path)).body == created.body
    assert (await client.call("DELETE", path)).status == 204
    assert (await client.call("DELETE", path)).cardata_refusal == (208, "CU-122")
    assert (await client.call("GET", path)).cardata_refusal == (403, "CU-105")
    listed = (await client.call("GET", "/containers")).body["containers"]
    assert [container["state"] for container in listed] == ["DELETED"]
    assert "technicalDescriptors" not in listed[0]


async def test_deleted_containers_count_until_they_are_purged(client: "Program") -> None:
    ids = [(await create(client)).body["containerId"] for _ in range(10)]
    await client.call("DELETE", f"/containers/{ids[0]}")
    assert (await create(client)).cardata_refusal == (403, "CU-124")
    client.emulator.clock.jump(by_ms=29 * DAY_MS)
    await client.sign_in()
    assert (await create(client)).status == 201


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"technicalDescriptors": ["vehicle.learningNavigation"]}, "CU-402"),
        ({"technicalDescriptors": ["vehicle.\u200bisMoving"]}, "CU-402"),
        ({"technicalDescriptors": "vehicle.isMoving"}, "CU-400"),
        ({"technicalDescriptors": [1]}, "CU-400"),
        ({"name": 5}, "CU-400"),
    ],
)
async def test_wrong_container_is_not_created(client: "Program", changes: dict[str, Any], code: str) -> None:
    assert (await create(client, **changes)).cardata_refusal == (400, code)
    assert (await client.call("GET", "/containers")).body == {"containers": []}


async def test_every_key_of_the_cars_may_be_in_a_container(client: "Program") -> None:
    voice = client.emulator.voice
    keys = sorted({key for car in voice.garage.cars for key in voice.known_of(car.vin)})
    assert (await create(client, technicalDescriptors=keys)).body["technicalDescriptors"] == keys


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"'])
async def test_body_that_is_no_object_is_a_bad_request(client: "Program", body: str) -> None:
    assert (await client.call("POST", "/containers", data=body)).cardata_refusal == (400, "CU-400")


async def test_id_is_checked_by_form_then_by_owner(client: "Program") -> None:
    for method in ("GET", "DELETE"):
        assert (await client.call(method, "/containers/short")).cardata_refusal == (400, "CU-121")
        assert (await client.call(method, "/containers/J00I035N193CD")).cardata_refusal == (403, "CU-105")


async def test_deleted_container_gives_no_data(client: "Program") -> None:
    container = (await create(client)).body["containerId"]
    await client.call("DELETE", f"/containers/{container}")
    path = f"/vehicles/{client.emulator.info.vehicles[0].vin}/telematicData"
    answer = await client.call("GET", path, params={"containerId": container})
    assert answer.cardata_refusal == (403, "CU-105")
