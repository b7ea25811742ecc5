"""Health, quarantine, catalogue, metrics, the page, the access log, and the description of all of it."""

import logging
import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

VIN = "WBY00000000000042"

OWNER = {"authorization": "Bearer local"}


async def test_health_is_503_when_nothing_can_be_stored(site: "Site") -> None:
    async with site.get("/api/v1/health") as answer:
        assert (answer.status, (await answer.json())["uptime_s"]) == (200, 12.5)
    site.health.status = "down"
    async with site.get("/api/v1/health") as answer:
        assert (answer.status, (await answer.json())["status"]) == (503, "down")


async def test_quarantine_shows_what_was_refused(site: "Site") -> None:
    refused = Refused(received_at_ms=0, reason="no JSON", payload=b"\xff" + b"x" * 9_000, origin="stream")
    await site.store.append(Batch(refused=[refused]))
    async with site.get("/api/v1/quarantine") as answer:
        (item,) = (await answer.json())["items"]
    assert item["reason"] == "no JSON"
    assert item["received_at"] == "1970-01-01T00:00:00.000Z"
    assert item["payload"] == "\ufffd" + "x" * 3_999
    assert item["payload_bytes"] == 9_001


async def test_quarantine_says_whether_it_shows_everything(site: "Site") -> None:
    reasons = ["first", "second"]
    refused = [Refused(received_at_ms=0, reason=reason, payload=b"", origin="stream") for reason in reasons]
    await site.store.append(Batch(refused=refused))
    async with site.get("/api/v1/quarantine?limit=2") as answer:
        whole = await answer.json()
    async with site.get("/api/v1/quarantine?limit=1") as answer:
        newest = await answer.json()
    assert newest["items"] == whole["items"][:1]
    assert (whole["is_complete"], newest["is_complete"]) == (True, False)


async def test_a_doubted_reading_is_released_once(site: "Site", reading: "ReadingMaker") -> None:
    doubted = reading(250)
    await site.store.append(
        Batch(
            refused=[
                Refused(
                    received_at_ms=doubted.received_at_ms,
                    reason="250 % is too much",
                    payload=b"",
                    origin="stream",
                    descriptor=doubted.descriptor,
                    reading=doubted,
                )
            ]
        )
    )
    async with site.get("/api/v1/quarantine") as answer:
        (item,) = (await answer.json())["items"]
    assert item["reading"]["value"] == 250
    async with site.post(f"/api/v1/quarantine/{item['id']}/release", headers=OWNER) as answer:
        assert (answer.status, await answer.json()) == (200, {"id": item["id"], "reading": item["reading"]})
    async with site.post(f"/api/v1/quarantine/{item['id']}/release", headers=OWNER) as answer:
        assert answer.status == 404
    assert [point.value for point in await site.store.latest(Vin(VIN))] == [250]


async def test_catalogue_is_searched_by_words(site: "Site") -> None:
    async with site.get("/api/v1/catalogue") as answer:
        assert len((await answer.json())["items"]) == 295
    async with site.get("/api/v1/catalogue?q=batterymanagement header") as answer:
        (item,) = (await answer.json())["items"]
    assert item["unit"] == "%"
    async with site.get("/api/v1/catalogue?q=soc&language=de") as answer:
        first = (await answer.json())["items"][0]
    assert (first["title"], first["endpoint"]) == ("Ladestand", "telematicData")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("streamable=false", 50),
        ("streamable=true", 245),
        ("category=TYRE_DATA&drivetrain=ICE", 12),
        ("endpoint=image", 1),
    ],
)
async def test_catalogue_is_filtered(site: "Site", query: str, count: int) -> None:
    async with site.get(f"/api/v1/catalogue?{query}") as answer:
        assert len((await answer.json())["items"]) == count


@pytest.mark.parametrize("query", ["category=TYRES", "drivetrain=DIESEL", "endpoint=x", "language=fr", "streamable=2"])
async def test_a_filter_that_does_not_exist_is_refused(site: "Site", query: str) -> None:
    async with site.get(f"/api/v1/catalogue?{query}") as answer:
        assert answer.status == 422


async def test_a_list_of_bmws_is_checked(site: "Site") -> None:
    headers = OWNER
    body = b"key,unit\nvehicle.isMoving,km\nvehicle.new.key,kPa\n"
    async with site.post("/api/v1/catalogue/check?dry_run=true", data=body, headers=headers) as answer:
        checked = await answer.json()
    assert (answer.status, checked["listed"], checked["taken"], len(checked["gone"])) == (200, 2, 0, 293)
    assert [row["descriptor"] for row in checked["added"]] == ["vehicle.new.key"]
    assert checked["changed"] == [{"descriptor": "vehicle.isMoving", "field": "unit", "was": "-", "now": "km"}]


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"x" * (8 * 2**20 + 1)])
async def test_what_is_no_list_is_refused(site: "Site", body: bytes) -> None:
    async with site.post("/api/v1/catalogue/check", data=BytesIO(body), headers=OWNER) as answer:
        problem = (await answer.json())["error"]
    assert (answer.status, problem["kind"]) == (422, "config_error")
    assert problem["hint"]


async def test_metrics_tell_numbers_without_full_vins(site: "Site", reading: "ReadingMaker") -> None:
    twin = Vin("WBA00000000000042")
    site.vehicles.add(Vehicle(vin=twin))
    await site.fold(reading(64, ago_s=30), reading(20, vin=twin))
    async with site.get("/metrics") as answer:
        text = await answer.text()
    samples = {
        (sample.name, sample.labels.get("vehicle")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert sorted(value for (name, _), value in samples.items() if name == "bimmerhub_signal") == [20, 64]
    assert samples["bimmerhub_signal_age_seconds", "0042-2"] == 30
    assert samples["bimmerhub_store_readings", None] == 2
    assert VIN not in text


async def test_metrics_tell_no_position(site: "Site", reading: "ReadingMaker") -> None:
    place = "vehicle.cabin.infotainment.navigation.currentLocation"
    goal = "vehicle.cabin.infotainment.navigation.destinationSet"
    whereabouts = [f"{place}.latitude", f"{place}.longitude", f"{place}.heading", f"{goal}.latitude"]
    await site.fold(reading(64), *(reading(48, descriptor=name, unit="deg") for name in whereabouts))
    await site.fold(reading(48, descriptor=f"{place}.altitude", unit="m"))
    async with site.get("/metrics") as answer:
        text = await answer.text()
    assert 'signal="soc_percent"' in text
    assert not re.search(r"latitude|longitude|heading|altitude|48\.0", text)
    async with site.get(f"/api/v1/vehicles/{VIN}/state") as answer:
        assert (await answer.json())["signals"]["heading_deg"]["value"] == 48


async def test_metrics_tell_no_stale_activity_as_present(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(value=True, descriptor="vehicle.isMoving", unit=None, ago_s=3 * 3_600),
        reading(value=True, descriptor="vehicle.drivetrain.engine.isActive", unit=None, ago_s=3 * 3_600),
        reading(64, ago_s=30 * 86_400),
    )
    async with site.get("/metrics") as answer:
        text = await answer.text()
    assert [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith("bimmerhub_signal{")] == ["64.0"]
    assert text.count("bimmerhub_signal_age_seconds{") == 3


async def test_page_loads_nothing_from_elsewhere(site: "Site") -> None:
    async with site.get("/") as answer:
        page = await answer.text()
    assert "Not affiliated with BMW AG" in page
    sources = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert sources
    for source in sources:
        async with site.get(source) as answer:
            assert answer.status == 200, source
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", page)


async def test_scripts_import_only_what_is_served(site: "Site") -> None:
    waiting, seen = ["app.js"], set[str]()
    while waiting:
        seen.add(name := waiting.pop())
        async with site.get(f"/static/{name}") as answer:
            assert answer.status == 200, name
            scripts = re.findall(r"from '\./([a-z]+\.js)'", await answer.text())
        waiting += [script for script in scripts if script not in seen]
    assert {"card.js", "health.js"} <= seen


async def test_unchanged_page_is_not_sent_again(site: "Site") -> None:
    async with site.get("/static/style.css") as answer:
        tag = answer.headers["etag"]
    async with site.get("/static/style.css", headers={"if-none-match": tag}) as answer:
        assert answer.status == 304
    async with site.get("/static/..%2fapi.py") as answer:
        assert answer.status == 404


async def test_access_log_shows_no_full_vin(site: "Site", caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bimmerhub.web.access.log")
    hidden = "".join(f"%{ord(character):x}" for character in VIN)
    for path in (f"vehicles/{VIN}/state", f"events?vin={VIN.lower()}x", f"vehicles/{hidden}", f"a%0a{VIN}"):
        async with site.get(f"/api/v1/{path}"):
            pass
    log = caplog.text
    assert VIN not in log.upper()
    assert "GET /api/v1/vehicles/…0042/state 200" in log
    assert "a?…0042" in log


async def test_everything_is_described(site: "Site") -> None:
    async with site.get("/api/openapi.json") as answer:
        description = await answer.json()
    operations = {
        (method, path): operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }
    for place, operation in operations.items():
        (content,) = operation["responses"]["200"]["content"].values()
        assert content["schema"], place
        assert operation["description"], place
    assert ("get", "/metrics") in operations
    assert ("post", "/api/v1/imports") in operations
    refs = set(re.findall(r"#/components/schemas/([\w.]+)", str(description)))
    assert refs <= description["components"]["schemas"].keys()
    assert "measured_at" in description["components"]["schemas"]["SignalAnswer"]["required"]


async def test_unknown_addresses_and_methods_answer_in_the_same_shape(site: "Site") -> None:
    async with site.get("/api/v1/nothing") as answer:
        assert (answer.status, (await answer.json())["error"]["kind"]) == (404, "not_found")
    async with site.post("/api/v1/vehicles", headers=OWNER) as answer:
        assert (answer.status, (await answer.json())["error"]["kind"]) == (405, "method_not_allowed")


async def test_refused_method_is_told_all_that_the_path_takes(site: "Site") -> None:
    async with site.post("/api/v1/vehicles/X/state", headers=OWNER) as answer:
        assert answer.headers["allow"] == "GET"
    path = "/api/v1/vehicles/WBY00000000000042/commands"
    async with site.client.put(f"{site.address}{path}", headers=OWNER) as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
