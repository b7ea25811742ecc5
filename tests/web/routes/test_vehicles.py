"""Vehicles, live state and what is stored of them."""

import json
from typing import TYPE_CHECKING

from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

VIN = "WBY00000000000042"


async def test_vehicle_is_listed_and_shown(site: "Site") -> None:
    async with site.get("/api/v1/vehicles") as answer:
        listed = await answer.json()
    async with site.get(f"/api/v1/vehicles/{VIN}") as answer:
        shown = await answer.json()
    assert listed == {"items": [shown], "next": None}
    assert shown["model"] == "i5 eDrive40"
    assert shown["name"] is None


async def test_unknown_vehicle_is_404_in_words_without_its_vin(site: "Site") -> None:
    for vin in ("WBY00000000000099", "nonsense", "WBY0000000000004", "%00"):
        async with site.get(f"/api/v1/vehicles/{vin}/state") as answer:
            error = (await answer.json())["error"]
        assert (answer.status, error["kind"]) == (404, "not_found")
        assert vin not in error["message"]


async def test_vin_may_be_written_small(site: "Site") -> None:
    async with site.get(f"/api/v1/vehicles/{VIN.lower()}") as answer:
        assert (await answer.json())["vin"] == VIN


async def test_a_key_names_the_vehicle_too(site: "Site") -> None:
    for key in ("qwertzui", "QWERTZUI"):
        async with site.get(f"/api/v1/vehicles/{key}/state") as answer:
            state = await answer.json()
        assert (state["vin"], state["key"]) == (VIN, "qwertzui")


async def test_state_tells_value_unit_age_and_origin(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(64, ago_s=90.5))
    async with site.get(f"/api/v1/vehicles/{VIN}/state") as answer:
        state = await answer.json()
    assert state["vin"] == VIN
    assert state["signals"]["soc_percent"] == {
        "value": 64,
        "unit": "%",
        "measured_at": "2026-02-02T02:38:29.500Z",
        "age_s": 90,
        "descriptor": "vehicle.drivetrain.batteryManagement.header",
        "source": "stream",
        "quality": "measured",
        "freshness": "fresh",
        "not_understood": None,
        "how": None,
        "band": None,
    }


async def test_state_has_only_what_was_reported_and_no_value_is_null(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(None))
    async with site.get(f"/api/v1/vehicles/{VIN}/state") as answer:
        signals = (await answer.json())["signals"]
    assert list(signals) == ["soc_percent"]
    assert signals["soc_percent"]["value"] is None
    assert signals["soc_percent"]["quality"] == "no_value"


async def test_descriptors_tell_count_and_when_last_seen(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(64, ago_s=90), reading(65, ago_s=30))
    async with site.get(f"/api/v1/vehicles/{VIN}/descriptors?q=HEADER") as answer:
        (item,) = (await answer.json())["items"]
    assert item["count"] == 2
    assert item["last_measured_at"] == "2026-02-02T02:39:30.000Z"
    assert item["title"]


async def test_picture_is_given_with_a_tag_and_not_sent_twice(site: "Site") -> None:
    site.images.pictures[Vin(VIN)] = b"\x89PNG picture"
    async with site.get(f"/api/v1/vehicles/{VIN}/image") as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"\x89PNG picture")
        assert answer.headers["cache-control"].startswith("private")
        tag = answer.headers["etag"]
    async with site.get(f"/api/v1/vehicles/{VIN}/image", headers={"if-none-match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with site.get(f"/api/v1/vehicles/{VIN}") as answer:
        assert (await answer.json())["has_image"]


async def test_picture_that_is_not_there_is_404_and_says_why(site: "Site") -> None:
    async with site.get(f"/api/v1/vehicles/{VIN}/image") as answer:
        not_fetched = (await answer.json())["error"]["message"]
    site.images.pictures[Vin(VIN)] = b""
    async with site.get(f"/api/v1/vehicles/{VIN}/image") as answer:
        assert answer.status == 404
        assert "BMW has no picture" in (await answer.json())["error"]["message"]
    assert "not fetched yet" in not_fetched


async def test_fingerprint_is_a_capture_without_the_vin(site: "Site", reading: "ReadingMaker") -> None:
    await site.store.append(Batch(readings=[reading(64)]))
    async with site.get(f"/api/v1/vehicles/{VIN}/fingerprint") as answer:
        body = await answer.text()
        assert (answer.status, answer.headers["content-disposition"]) == (
            200,
            'attachment; filename="bimmerhub-car.ndjson"',
        )
    assert json.loads(body)["received_at"].startswith("2020-01-01T00:00:00")
    assert VIN not in body


async def test_car_that_sent_nothing_has_no_fingerprint(site: "Site") -> None:
    async with site.get(f"/api/v1/vehicles/{VIN}/fingerprint") as answer:
        assert answer.status == 404
