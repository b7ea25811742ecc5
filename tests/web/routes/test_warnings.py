"""Warnings of a car over HTTP: since when, until when, and whether they came back."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

VIN = "WBY00000000000042"
MESSAGES = "vehicle.status.checkControlMessages"
FAULTS = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"
DAY_S = 86_400


def messages(*numbers: int) -> str:
    return json.dumps([{"id": number, "messageType": "CCM", "title": f"message {number}"} for number in numbers])


def faults(*codes: str) -> str:
    inside = "".join(f'<dtc ecuAddress="29">{code}</dtc>' for code in codes)
    return f'<dtcData dtcCount="9">{inside}</dtcData>'


async def warnings(site: "Site") -> list[dict[str, Any]]:
    async with site.get(f"/api/v1/vehicles/{VIN}/warnings") as answer:
        assert answer.status == 200
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items


def life(warning: dict[str, Any]) -> list[Any]:
    names = ("first_seen_at", "came_back_at", "gone_at")
    return [warning["code"], *(warning[name] and warning[name][8:10] for name in names), warning["times"]]


async def test_a_message_is_first_seen_gone_and_back(site: "Site", reading: "ReadingMaker") -> None:
    told = [messages(907), messages(907, 164), None, "[", messages(907), messages(164), messages(164)]
    await site.fold(
        *(reading(text, descriptor=MESSAGES, unit=None, ago_s=(7 - day) * DAY_S) for day, text in enumerate(told))
    )
    assert [life(warning) for warning in await warnings(site)] == [
        ["164", "27", "31", None, 2],
        ["907", "26", "30", "31", 2],
    ]


async def test_fault_codes_live_beside_messages(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(faults("X00001", "X00002"), descriptor=FAULTS, unit=None, ago_s=3 * DAY_S),
        reading(messages(907), descriptor=MESSAGES, unit=None, ago_s=2.5 * DAY_S),
        reading(None, descriptor=FAULTS, unit=None, ago_s=2 * DAY_S),
        reading(faults("X00002"), descriptor=FAULTS, unit=None, ago_s=DAY_S),
    )
    items = await warnings(site)
    assert [(item["kind"], item["code"], item["gone_at"] is None) for item in items] == [
        ("fault_code", "X00002", True),
        ("check_control", "907", True),
        ("fault_code", "X00001", False),
    ]
    assert items[0]["ecu_address"] == "29"
    assert items[1]["title"] == "message 907"


async def test_a_car_that_warned_of_nothing_has_no_warnings(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(None, descriptor=MESSAGES, unit=None))
    assert await warnings(site) == []


@pytest.mark.parametrize(
    "key", ["iremote.checkControlMessages", "connecteddrive.ccmMessages", "mybmw.checkControlMessages"]
)
async def test_cars_of_older_families_warn_too(site: "Site", reading: "ReadingMaker", key: str) -> None:
    told = [messages(907), "[]", messages(955)]
    await site.fold(
        *(reading(text, descriptor=key, unit=None, ago_s=(3 - day) * DAY_S) for day, text in enumerate(told))
    )
    items = await warnings(site)
    assert [(item["kind"], item["code"], item["gone_at"] is None) for item in items] == [
        ("check_control", "955", True),
        ("check_control", "907", False),
    ]


async def test_one_interface_takes_back_nothing_that_another_tells(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(messages(907), descriptor=MESSAGES, unit=None, ago_s=3 * DAY_S),
        reading("[]", descriptor="iremote.checkControlMessages", unit=None, ago_s=2 * DAY_S),
    )
    assert [(item["code"], item["gone_at"]) for item in await warnings(site)] == [("907", None)]
