"""The API, `--json` beside a hub and `--json` without one give the same document for the same thing."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import SOC, Run, in_background, sign_in
from tests.emulated import emulator_settings

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import (
    ALL_TRIPS,
    BASIC_DATA,
    BMW_CHARGES,
    BOOKED_SERVICES,
    CHARGING_PLACE,
    CHARGING_PROFILE,
    CHARGING_SESSION,
    DESTINATIONS,
    LAST_TRIP,
    MAPPING,
    RANGE_MAP,
    RECALLS,
    SERVICE_PARTNER,
    SPECS,
    TYRES,
    Document,
)
from bimmerhub.domain.documents import MESSAGES as SENT
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.hub.process.settings import ClockSettings
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.overlays import REJECTED, Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.web.settings import WebSettings

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
ONE_PM_MS = NOON_MS + 3_600_000
CAR = Vin("WBA00000000000001")
CARS = {"home": CAR, "work": Vin("WBA00000000000002")}
POWER = Descriptor("vehicle.powertrain.electric.battery.charging.power")
PLUG = Descriptor("vehicle.body.chargingPort.status")
MESSAGES = Descriptor("vehicle.status.checkControlMessages")
LATITUDE = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.latitude")
LONGITUDE = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.longitude")
RANGE = "from=2026-07-27T00:00:00Z&to=2026-07-28T00:00:00Z"
FROM_TO = ["--from", "2026-07-27T00:00:00Z", "--to", "2026-07-28T00:00:00Z"]

READS: dict[str, tuple[str, list[str]]] = {
    "vehicles": ("vehicles", ["vehicles"]),
    "state": (f"vehicles/{CAR}/state", ["status", CAR]),
    "readings of a signal": (
        f"vehicles/{CAR}/readings?signal=is_plugged_in&{RANGE}",
        ["history", CAR, "is_plugged_in", *FROM_TO],
    ),
    "readings of a signal in its unit": (
        f"vehicles/{CAR}/readings?signal=charging_power_kw&{RANGE}",
        ["history", CAR, "charging_power_kw", *FROM_TO],
    ),
    "readings of a descriptor": (
        f"vehicles/{CAR}/readings?descriptor={POWER}&{RANGE}",
        ["history", CAR, POWER, *FROM_TO],
    ),
    "buckets of a signal": (
        f"vehicles/{CAR}/readings?signal=charging_power_kw&buckets=5&{RANGE}",
        ["history", CAR, "charging_power_kw", "--buckets", "5", *FROM_TO],
    ),
    "buckets of a descriptor": (
        f"vehicles/{CAR}/readings?descriptor={POWER}&buckets=5&{RANGE}",
        ["history", CAR, POWER, "--buckets", "5", *FROM_TO],
    ),
    "positions": (f"vehicles/{CAR}/positions?{RANGE}", ["positions", CAR, *FROM_TO]),
    "warnings": (f"vehicles/{CAR}/warnings", ["warnings", CAR]),
    "coverage": (f"vehicles/{CAR}/coverage", ["coverage", CAR]),
    "coverage by model": ("coverage/export", ["coverage", "--export"]),
    "coverage of one car by model": (f"vehicles/{CAR}/coverage/export", ["coverage", CAR, "--export"]),
    "basic data": (f"vehicles/{CAR}/basic-data", ["basic-data", CAR]),
    "tyres": (f"vehicles/{CAR}/tyres", ["tyres", CAR]),
    "charging history": (f"vehicles/{CAR}/charging-history", ["charging-history", CAR]),
    "charging settings": (f"vehicles/{CAR}/charging-settings", ["charging-settings", CAR]),
    "trips of BMW's": (f"vehicles/{CAR}/bmw-trips?limit=10000", ["bmw-trips", CAR]),
    "charges of BMW's": (f"vehicles/{CAR}/bmw-charges?limit=10000", ["bmw-charges", CAR]),
    "recalls": (f"vehicles/{CAR}/recalls", ["recalls", CAR]),
    "service demands": (f"vehicles/{CAR}/service-demands", ["service-demands", CAR]),
    "charging profile": (f"vehicles/{CAR}/charging-profile", ["charging-profile", CAR]),
    "destinations": (f"vehicles/{CAR}/destinations", ["destinations", CAR]),
    "range map": (f"vehicles/{CAR}/range-map", ["range-map", CAR]),
    "no range map": (f"vehicles/{CARS['work']}/range-map", ["range-map", CARS["work"]]),
    "specs": (f"vehicles/{CAR}/specs", ["specs", CAR]),
    "booked services": (f"vehicles/{CAR}/booked-services", ["booked-services", CAR]),
    "dealer": (f"vehicles/{CAR}/dealer", ["dealer", CAR]),
    "no dealer": (f"vehicles/{CARS['work']}/dealer", ["dealer", CARS["work"]]),
    "sent messages": (f"vehicles/{CAR}/messages", ["messages", CAR]),
    "changes": (f"vehicles/{CAR}/document-changes?of=tyres", ["tyres", CAR, "--changes"]),
    "mappings": ("mappings", ["mappings"]),
    "accounts": ("accounts", ["accounts"]),
    "quota": ("quota", ["quota"]),
    "quarantine": ("quarantine?limit=2", ["quarantine", "list", "--limit", "2"]),
    "judgements": (f"vehicles/{CAR}/judgements", ["readings", "judgements", CAR]),
    "catalogue": ("catalogue?q=charging+power", ["catalogue", "charging", "power"]),
}
"""Of each read its address below /api/v1 and its command."""


def reading(descriptor: Descriptor, value: float | str, *, minute: int, unit: str | None = None) -> Reading:
    at_ms = NOON_MS + minute * 60_000
    return Reading(
        vin=CAR,
        descriptor=descriptor,
        value=value,
        unit=unit,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


READINGS = [
    *(reading(Descriptor(SOC), 60 + minute, minute=minute, unit="%") for minute in range(5)),
    *(reading(POWER, 7_400 + 100 * minute, minute=minute, unit="W") for minute in range(5)),
    reading(PLUG, "CONNECTED", minute=3),
    reading(LATITUDE, 48.1, minute=4),
    reading(LONGITUDE, 11.5, minute=4),
    reading(MESSAGES, '[{"id": 907, "title": "Washer fluid"}]', minute=4),
]


DOCUMENTS = [
    Document(subject=CAR, kind=kind, natural_key=key, body=body, source=Source.REST, fetched_at_ms=NOON_MS + number)
    for number, (kind, key, body) in enumerate(
        [
            (BASIC_DATA, "", '{"modelName":"i5","chargingModes":["AC"]}'),
            (TYRES, "", '{"passengerCar":{"mountedTyres":{"frontLeft":{"dimension":{"sectionWidth":245}}}}}'),
            (TYRES, "", '{"passengerCar":{"mountedTyres":{"frontLeft":{"dimension":{"sectionWidth":255}}}}}'),
            (CHARGING_SESSION, str(NOON_MS // 1000), '{"displayedSoc":80}'),
            (CHARGING_PLACE, "home", '{"visits":3}'),
            (LAST_TRIP, "2026-07-27T11:00:00+0200", '{"totalDistance":12.5}'),
            (LAST_TRIP, "2026-07-27T12:00:00+0200", '{"totalDistance":"7.5"}'),
            (ALL_TRIPS, "", '{"avgRecuperation":{"communityLow":0.0,"userAverage":3}}'),
            (CHARGING_PROFILE, "", '{"weeklyPlanner":{"timer1":{"departureTime":"07:30","weekdays":["MONDAY"]}}}'),
            (BMW_CHARGES, "2026-07-27T10:00:00Z_1", '{"energyCharged":"~ 22 kWh"}'),
            (RECALLS, "", '{"recalls":[]}'),
            (DESTINATIONS, "", '[{"lat":48.1,"lon":11.5,"city":"TOWN"}]'),
            (RANGE_MAP, "", '{"center":{"lat":48.1,"lon":11.5},"rangemaps":[]}'),
            (SPECS, "", '[{"key":"TANK_CAPACITY","value":"55"}]'),
            (BOOKED_SERVICES, "", '[{"name":"cdpFeatures","services":[{"name":"RDL","status":"ACTIVE"}]}]'),
            (SERVICE_PARTNER, "", '{"dealer":{"name":"Autohaus"}}'),
            (SENT, "", '[{"subject":"Hello","message":"World","created":"1770000000000"}]'),
            (MAPPING, "gcid-home", '{"mappingType":"PRIMARY"}'),
        ]
    )
]


async def fill(data_dir: Path) -> None:
    doubted = reading(Descriptor(SOC), 250, minute=5, unit="%")
    async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
        for name in ("home", "work"):
            gcid = Gcid(f"gcid-{name}")
            new = NewAccount(name=name, family=Family.CARDATA, client_id="c", gcid=gcid, signed_in_at_ms=NOON_MS)
            account = await store.accounts.save_account(new)
            await store.vehicles.save_vehicle_account(CARS[name], account.id, mapping="PRIMARY", seen_at_ms=NOON_MS)
            for number in range(3):
                call = QuotaCall(owner=account.owner, at_ms=NOON_MS + number, operation="read basicData", caller="cli")
                await store.quota.record_call(call)
        await store.vehicles.save_vehicle(Vehicle(vin=CAR, model="i5"), seen_at_ms=NOON_MS)
        refused = [
            Refused(received_at_ms=NOON_MS, reason="no JSON", payload=b"\xff{", origin="stream"),
            Refused(received_at_ms=NOON_MS, reason="no", payload=b"{}", origin="a:1", descriptor=SOC, reading=doubted),
        ]
        await store.append(Batch(readings=READINGS, refused=refused, documents=DOCUMENTS))
        body = json.dumps({"descriptor": PLUG, "until_ms": NOON_MS + 1_000})
        said = Overlay(vin=CAR, kind=REJECTED, at_ms=NOON_MS, body=body, made_by="owner", made_at_ms=NOON_MS)
        await store.append(Batch(overlays=[said]))


@pytest.fixture
def clock(keys_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An emulator whose clock stands still, followed by the commands; the address of its clock."""
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0, now_ms=ONE_PM_MS)
    with in_background(lambda: Emulator(settings)) as emulator:
        monkeypatch.setenv("BIMMERHUB_CLOCK__FOLLOW", emulator.info.control_url)
        yield emulator.info.control_url


def hub_settings(data_dir: Path, clock: str) -> HubConfig:
    return HubConfig(
        data_dir=data_dir, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0), clock=ClockSettings(follow=clock)
    )


def ask_api(hub: Hub, path: str) -> Any:
    with urllib.request.urlopen(f"{hub.address}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)


def test_every_read_is_the_same_document_from_api_hub_and_store(run: Run, data_dir: Path, clock: str) -> None:
    data_dir.mkdir()
    asyncio.run(fill(data_dir))
    without_hub = {name: run(*line, "--json").json for name, (_, line) in READS.items()}
    with in_background(lambda: running(hub_settings(data_dir, clock))) as hub:
        by_api = {name: ask_api(hub, path) for name, (path, _) in READS.items()}
        beside_hub = {name: run(*line, "--json").json for name, (_, line) in READS.items()}
    assert beside_hub == by_api
    assert without_hub == by_api
    assert all(document.get("items", True) for document in by_api.values())
    assert by_api["state"]["signals"]["charging_power_kw"]["age_s"] == 3_600 - 4 * 60
    assert by_api["buckets of a signal"]["items"][0]["max"] == 7.8


def test_containers_and_checks_are_the_same_from_api_hub_and_command(
    emulator: Emulator, run: Run, data_dir: Path
) -> None:
    sign_in(emulator, data_dir)
    assert run("containers", "create", "vehicle.isMoving", "--name", "mine").code == 0
    without_hub = [run("containers", "list", "--json").json, examined(run("doctor", "--no-calls", "--json").json)]
    info = emulator.info
    settings = HubConfig(
        data_dir=data_dir,
        hub=WebSettings(port=0),
        rest=RestSettings(refresh_h=0, reserve=50),
        bmw=Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        ),
    )
    with in_background(lambda: running(settings)):
        beside_hub = [run("containers", "list", "--json").json, examined(run("doctor", "--no-calls", "--json").json)]
        by_api = [
            post_api(data_dir, "accounts/home/containers/query"),
            examined(post_api(data_dir, "accounts/home/examination?calls=false")),
        ]
    assert beside_hub == by_api
    assert without_hub == by_api


def post_api(data_dir: Path, path: str) -> Any:
    hub = find_hub(data_dir)
    assert hub is not None
    headers = {"authorization": f"Bearer {hub.token}"}
    request = urllib.request.Request(f"{hub.address}/api/v1/{path}", method="POST", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def examined(document: Any) -> Any:
    """Leave out what a check says in words, which has times of this moment in it."""
    checks = [{**check, "found": ""} for check in document["items"]]
    return {**document, "items": checks, "next_step": bool(document["next_step"]), "examined_at": None}
