"""What REST does on a bad day beside its table of errors: one car refuses, the quota is late, headers are absurd."""

import asyncio
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.faults.switches import FaultSwitch

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MINUTE_MS, DAY_MS = 60_000, 86_400_000
MIDNIGHT_MS = 1_785_196_800_000  # 2026-07-28T00:00:00Z
LOCK = "vehicle.cabin.door.status"
ODOMETER = "vehicle.vehicle.travelledDistance"
FAR = "Fri, 31 Dec 9999 23:59:59 GMT"


@pytest.fixture
async def client(program: "Program") -> "Program":
    await program.sign_in()
    return program


def switch(client: "Program", name: str, value: float | None = None) -> None:
    client.emulator.faults.switch_on(FaultSwitch(name=name, value=value))


async def telematic(client: "Program") -> Any:
    vin = client.emulator.info.vehicles[0].vin
    wish = {"name": "n", "purpose": "p", "technicalDescriptors": [LOCK, ODOMETER]}
    container = (await client.call("POST", "/containers", json=wish)).body["containerId"]
    return await client.call("GET", f"/vehicles/{vin}/telematicData?containerId={container}")


@pytest.mark.parametrize(("name", "refusal"), [("car-refused", (403, "CU-104")), ("car-500", (500, "CU-500"))])
async def test_one_car_refuses_and_the_others_do_not(client: "Program", name: str, refusal: tuple[int, str]) -> None:
    switch(client, name, 2)
    answers = [await client.call("GET", f"/vehicles/{car.vin}/basicData") for car in client.emulator.info.vehicles]
    assert [answer.status for answer in answers] == [200, refusal[0], 200]
    assert answers[1].cardata_refusal == refusal


async def test_container_is_refused_for_its_data_only(client: "Program") -> None:
    switch(client, "container-refused")
    assert (await telematic(client)).cardata_refusal == (403, "CU-105")


async def test_calls_come_back_late_after_midnight(client: "Program") -> None:
    switch(client, "quota-resets-late", 20)
    client.emulator.clock.jump(to_ms=MIDNIGHT_MS - MINUTE_MS)
    await client.sign_in()
    await client.control("quota", spent=50)
    client.emulator.clock.jump(to_ms=MIDNIGHT_MS + 19 * MINUTE_MS)
    assert (await client.call("GET", "/vehicles/mappings")).cardata_refusal == (403, "CU-429")
    client.emulator.clock.jump(by_ms=MINUTE_MS)
    assert (await client.call("GET", "/vehicles/mappings")).status == 200


async def test_spent_quota_of_yesterday_is_told_today(client: "Program") -> None:
    switch(client, "quota-told-late", 10)
    client.emulator.clock.jump(to_ms=MIDNIGHT_MS - 5_000)
    await client.sign_in()
    await client.control("quota", spent=50)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(client.call("GET", "/vehicles/mappings"))
        while client.emulator.quota.refused == 0:  # noqa: ASYNC110 - the emulator has no event for it
            await asyncio.sleep(0.005)
        client.emulator.clock.jump(by_ms=10_000)
    assert asking.result().cardata_refusal == (403, "CU-429")
    assert (await client.call("GET", "/vehicles/mappings")).status == 200


@pytest.mark.parametrize(
    ("name", "value", "header", "text"),
    [
        ("retry-after", None, "Retry-After", "604800"),
        ("retry-after", 10**12, "Retry-After", "1000000000000"),
        ("retry-after-endless", None, "Retry-After", "9" * 5_000),
        ("retry-after-date", None, "Retry-After", FAR),
        ("date-far", None, "Date", FAR),
    ],
)
@pytest.mark.parametrize("path", ["/customers/vehicles/mappings", "/gcdm/oauth/token"])
async def test_header_of_a_refusal_is_absurd(
    client: "Program", *, name: str, value: float | None, header: str, text: str, path: str
) -> None:
    switch(client, name, value)
    async with client.session.post(client.emulator.info.base_url + path) as answer:
        assert answer.headers.getall(header) == [text]
    async with client.session.get(client.emulator.info.base_url + "/_emulator/clock") as answer:
        assert answer.headers.getall(header, []) != [text]


async def test_date_of_an_answer_is_the_emulated_time(client: "Program") -> None:
    client.emulator.clock.jump(by_ms=40 * DAY_MS)
    async with client.session.get(client.emulator.info.base_url + "/customers/vehicles/mappings") as answer:
        told_s = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert 0 <= client.emulator.clock.now_ms() - told_s * 1000 < 60_000


async def test_answer_without_a_refusal_has_one_date_and_no_retry_after(client: "Program") -> None:
    switch(client, "retry-after")
    async with client.session.get(client.emulator.info.base_url + "/oneid/link") as answer:
        assert len(answer.headers.getall("Date")) == 1
        assert "Retry-After" not in answer.headers


async def test_telematic_data_is_a_list_as_the_guide_prints_it(client: "Program") -> None:
    usual = (await telematic(client)).body["telematicData"]
    switch(client, "telematic-as-list")
    items = (await telematic(client)).body["telematicData"]
    assert {item.pop("name"): item for item in items} == usual


async def test_telematic_data_is_one_entry_as_the_guide_prints_it(client: "Program") -> None:
    switch(client, "telematic-as-item")
    item = (await telematic(client)).body["telematicData"]
    assert sorted(item) == ["name", "timestamp", "unit", "value"]
    assert item["name"] == LOCK
