"""Every list of the API gives all that is stored, page after page: none ends in silence.

The lists come from the OpenAPI document, so that a new one has to say here what it should hold.
"""

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, reading
from yarl import URL

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.documents import BASIC_DATA, CHARGING_PLACE, CHARGING_SESSION, MAPPING, Document
from bimmerhub.domain.own_places import Meter, OwnPlace
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.signals.conditions import read_trouble_codes
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.overlays import REJECTED, Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import HOUR_MS, format_time
from bimmerhub.web.app import describe_api
from bimmerhub.web.settings import WebSettings

MANY = 2_253
"""More than a page of each list; as many positions as ended in silence once."""

FEW = 120
"""Accounts, vehicles and descriptors: these lists have one page, whatever they hold."""

MOVING = Descriptor("vehicle.isMoving")
TROUBLE_CODES = Descriptor("vehicle.electronicControlUnit.diagnosticTroubleCodes.raw")
RANGE = f"from=2026-01-01&to={format_time(NOW_MS + 86_400_000)}"
CAR = f"vehicles/{VIN}"
ALWAYS = {"from_ms": 0, "to_ms": 2 * NOW_MS}

Rows = list[Any]


@dataclass(frozen=True)
class ListView:
    """A list: its address, what is compared of each row, and the same of what is stored, in any order."""

    target: str
    column: str
    stored: Callable[[SqliteStore], Awaitable[Rows]]
    is_paged: bool = False


async def stored_times(store: SqliteStore, descriptor: str) -> Rows:
    points, _ = await store.range(VIN, [Descriptor(descriptor)], from_ms=0, to_ms=NOW_MS * 2, limit=MANY * 2)
    return [format_time(point.measured_at_ms) for point in points]


async def stored_trips(store: SqliteStore) -> Rows:
    return [format_time(record.start_at_ms) for record in await store.derived.records("trips", VIN, **ALWAYS)]


async def stored_stops(store: SqliteStore) -> Rows:
    return [format_time(record.end_at_ms) for record in await store.derived.records("trips", VIN, **ALWAYS)]


async def stored_vins(store: SqliteStore) -> Rows:
    return list(await store.vins())


async def stored_series(store: SqliteStore) -> Rows:
    return [series.descriptor for series in await store.series(VIN)]


async def stored_accounts(store: SqliteStore) -> Rows:
    return [account.name for account in await store.accounts.accounts()]


async def stored_judgements(store: SqliteStore) -> Rows:
    return [overlay.id for overlay in await store.overlays.overlays(VIN)]


async def stored_refused(store: SqliteStore) -> Rows:
    return [refused.id for refused in await store.refused(limit=MANY * 2)]


async def catalogued(_store: SqliteStore) -> Rows:
    return list(load_catalogue())


async def stored_faults(store: SqliteStore) -> Rows:
    points, _ = await store.range(VIN, [TROUBLE_CODES], from_ms=0, to_ms=NOW_MS * 2, limit=MANY)
    return [code.code for point in points for code in read_trouble_codes(str(point.value))]


async def covered(store: SqliteStore) -> Rows:
    present = [entry.key for entry in load_catalogue().values() if not entry.retired]
    return sorted({*present, *await stored_series(store)})


async def stored_sessions(store: SqliteStore) -> Rows:
    return [format_time(int(one.natural_key) * 1000) for one in await store.documents.documents(VIN, CHARGING_SESSION)]


async def stored_places(store: SqliteStore) -> Rows:
    return [place.natural_key for place in await store.documents.documents(VIN, CHARGING_PLACE)]


async def stored_own_places(store: SqliteStore) -> Rows:
    return [place.name for place in await store.places.places()]


async def stored_meters(store: SqliteStore) -> Rows:
    return [meter.name for meter in await store.places.meters()]


async def stored_fields(store: SqliteStore) -> Rows:
    newest = await store.documents.document(VIN, BASIC_DATA)
    assert newest is not None
    return list(json.loads(newest.body))


async def stored_commands(store: SqliteStore) -> Rows:
    return [command.id for command in await store.commands.commands(limit=MANY * 2, vin=VIN)]


async def stored_audit(store: SqliteStore) -> Rows:
    return [entry.id for entry in await store.audit.audit(limit=MANY * 2)]


async def stored_mappings(store: SqliteStore) -> Rows:
    return [vin for vin in await store.vins() if await store.documents.documents(vin, MAPPING)]


LISTS = {
    "/api/v1/vehicles": ListView("vehicles", "vin", stored_vins),
    "/api/v1/vehicles/{vin}/readings": ListView(
        f"{CAR}/readings?descriptor={SOC}&{RANGE}", "measured_at", lambda store: stored_times(store, SOC), is_paged=True
    ),
    "/api/v1/vehicles/{vin}/positions": ListView(
        f"{CAR}/positions?{RANGE}", "measured_at", lambda store: stored_times(store, LATITUDE), is_paged=True
    ),
    "/api/v1/vehicles/{vin}/trips": ListView(f"{CAR}/trips?{RANGE}", "start_at", stored_trips, is_paged=True),
    "/api/v1/vehicles/{vin}/parking": ListView(f"{CAR}/parking?{RANGE}", "start_at", stored_stops, is_paged=True),
    "/api/v1/vehicles/{vin}/descriptors": ListView(f"{CAR}/descriptors", "descriptor", stored_series),
    "/api/v1/vehicles/{vin}/warnings": ListView(f"{CAR}/warnings", "code", stored_faults),
    "/api/v1/vehicles/{vin}/coverage": ListView(f"{CAR}/coverage", "descriptor", covered),
    "/api/v1/vehicles/{vin}/judgements": ListView(f"{CAR}/judgements", "id", stored_judgements),
    "/api/v1/vehicles/{vin}/charging-history": ListView(
        f"{CAR}/charging-history", "started_at", stored_sessions, is_paged=True
    ),
    "/api/v1/vehicles/{vin}/charging-sessions": ListView(
        f"{CAR}/charging-sessions", "started_at", stored_sessions, is_paged=True
    ),
    "/api/v1/vehicles/{vin}/charging-settings": ListView(f"{CAR}/charging-settings", "id", stored_places),
    "/api/v1/vehicles/{vin}/document-changes": ListView(
        f"{CAR}/document-changes?of=basic-data", "field", stored_fields, is_paged=True
    ),
    "/api/v1/vehicles/{vin}/commands": ListView(f"{CAR}/commands", "id", stored_commands, is_paged=True),
    "/api/v1/audit": ListView("audit", "id", stored_audit, is_paged=True),
    "/api/v1/places": ListView("places", "name", stored_own_places),
    "/api/v1/meters": ListView("meters", "name", stored_meters),
    "/api/v1/mappings": ListView("mappings", "vin", stored_mappings),
    "/api/v1/accounts": ListView("accounts", "name", stored_accounts),
    "/api/v1/quota": ListView("quota", "account", stored_accounts),
    "/api/v1/quarantine": ListView("quarantine", "id", stored_refused, is_paged=True),
    "/api/v1/catalogue": ListView("catalogue", "descriptor", catalogued),
}

OF_MODELS = {"/api/v1/vehicles/{vin}/coverage/export", "/api/v1/coverage/export", "/api/v1/catalogue/models"}
"""Lists of what is said of models, a row each, made of what the others hold: no page of them is ever full."""


OF_RECORDS = {"/api/v1/vehicles/{vin}/trips/{trip_id}/evidence"}
"""What one record was made of: the readings of some minutes."""

OF_QUESTIONS = {"/api/v1/vehicles/{vin}/fetch", "/api/v1/accounts/{name}/fetch"}
"""What asking BMW costs: a row for each thing that can be asked for."""


def described_lists() -> Iterator[str]:
    for path, operations in describe_api()["paths"].items():
        answer = operations.get("get", {}).get("responses", {}).get("200", {})
        if re.search('Page[_"]', json.dumps(answer)):
            yield path


def documents() -> Iterator[Document]:
    def make(kind: str, key: str, body: object, *, vin: Vin = VIN, at_ms: int = NOW_MS) -> Document:
        text = json.dumps(body)
        return Document(subject=vin, kind=kind, natural_key=key, body=text, source=Source.REST, fetched_at_ms=at_ms)

    for number in range(MANY):
        yield make(CHARGING_SESSION, str(1_700_000_000 + 3_600 * number), {})
    for number in range(FEW):
        yield make(CHARGING_PLACE, f"place {number}", {"visits": number})
        yield make(MAPPING, "gcid", {"mappingType": "PRIMARY"}, vin=Vin(f"WBA{number + 1:014}"))
    for at_ms in (NOW_MS, NOW_MS + 1):
        yield make(BASIC_DATA, "", {f"field {number}": at_ms for number in range(MANY)}, at_ms=at_ms)


def drive(number: int, at_ms: int) -> list[Reading]:
    """Return what a car tells of a drive of ten minutes; the larger the number, the longer ago."""
    at_ms = at_ms // 1000 * 1000
    ended_ms = at_ms + 600_000
    return [
        reading(value=True, descriptor=MOVING, at_ms=at_ms),
        reading(value=False, descriptor=MOVING, at_ms=ended_ms),
        reading(10 * (MANY - number), descriptor=ODOMETERS[0], at_ms=ended_ms),
    ]


async def fill(data_dir: Path) -> None:
    times = [NOW_MS // 1000 * 1000 - 10_000 * number for number in range(MANY)]
    readings = [
        *(reading(number % 100, at_ms=at_ms) for number, at_ms in enumerate(times)),
        *(reading(48.0 + number / 1e6, at_ms=at_ms, descriptor=LATITUDE) for number, at_ms in enumerate(times)),
        *(reading(11.0 + number / 1e6, at_ms=at_ms, descriptor=LONGITUDE) for number, at_ms in enumerate(times)),
        *(driven for number in range(MANY) for driven in drive(number, NOW_MS - (number + 8) * HOUR_MS)),
        *(reading(number, descriptor=f"x.{number}") for number in range(FEW)),
        *(reading(50, vin=Vin(f"WBA{number:014}")) for number in range(1, FEW + 1)),
    ]
    codes = "".join(f"<dtc>X{number}</dtc>" for number in range(FEW))
    readings.append(reading(f"<dtcData>{codes}</dtcData>", descriptor=TROUBLE_CODES))
    refused = [
        Refused(received_at_ms=number, reason="no JSON", payload=b"{ %d" % number, origin="stream")
        for number in range(MANY)
    ]
    async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=readings, refused=refused))
        await Derivation(store.derived, store, FOLDS).catch_up()
        await store.append(Batch(documents=list(documents())))
        for number in range(FEW):
            await store.places.save_place(
                OwnPlace(name=f"p{number}", latitude_deg=1, longitude_deg=2, radius_m=50, time_zone="UTC")
            )
            await store.places.save_meter(Meter(name=f"m{number}", place=f"p{number}"))
        body = json.dumps({"descriptor": "x.0"})
        said = Overlay(vin=VIN, kind=REJECTED, at_ms=0, body=body, made_by="owner", made_at_ms=NOW_MS)
        await store.append(Batch(overlays=[said] * FEW))
        for number in range(FEW):
            await store.accounts.save_account(
                NewAccount(name=f"a{number}", family=Family.CARDATA, client_id="c", gcid=None, signed_in_at_ms=None)
            )


def fill_commands(data_dir: Path) -> None:
    """Add commands and audit entries in one commit: each one by itself is written to disk, which would take minutes."""
    with closing(sqlite3.connect(data_dir / "bimmerhub.sqlite3")) as connection, connection:
        for number in range(1, MANY + 1):
            connection.execute(
                "INSERT INTO commands (id, vin, account, kind, details, is_ended) VALUES (?, ?, 'a0', 'lock', '{}', 1)",
                (number, VIN),
            )
            connection.execute(
                "INSERT INTO command_steps (command_id, state, at_ms) VALUES (?, 'executed', ?)", (number, NOW_MS)
            )
            connection.execute("INSERT INTO audit (at_ms, who, action, body) VALUES (?, 'page', 'x', '{}')", (NOW_MS,))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that many things are stored in."""
    data_dir = tmp_path_factory.mktemp("filled")
    asyncio.run(fill(data_dir))
    fill_commands(data_dir)
    return data_dir


@pytest.fixture
async def hub(filled: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    settings = HubConfig(data_dir=tmp_path, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    async with running(settings, goes_live=False) as started:
        yield started


async def walk(session: aiohttp.ClientSession, hub: Hub, target: str, *, limit: str = "") -> list[Rows]:
    """Return the items of each page; without `limit` the pages are as long as they are by themselves."""
    url = URL(f"{hub.address}/api/v1/{target}").update_query({"limit": limit} if limit else {})
    pages: list[Rows] = []
    after: str | None = None
    while not pages or after is not None:
        async with session.get(url.update_query({"after": after} if after else {})) as answer:
            page = await answer.json()
            assert answer.status == 200, page
        pages.append(page["items"])
        after = page["next"]
    return pages


def test_every_list_is_walked() -> None:
    assert set(described_lists()) == set(LISTS) | OF_MODELS | OF_QUESTIONS | OF_RECORDS


async def test_every_list_gives_all_that_is_stored(hub: Hub) -> None:
    async with aiohttp.ClientSession() as session:
        for path, view in LISTS.items():
            stored = await view.stored(hub.store)
            assert len(stored) >= FEW, path
            for limit in ("", "1000", "10000") if view.is_paged else ("",):
                pages = await walk(session, hub, view.target, limit=limit)
                rows = [row[view.column] for page in pages for row in page]
                assert sorted(rows) == sorted(stored), (path, limit)
                assert len(pages) > 1 or not view.is_paged or limit == "10000", (path, limit)
        times = [[row["measured_at"] for row in page] for page in await walk(session, hub, f"{CAR}/positions?{RANGE}")]
        ids = [row["id"] for page in await walk(session, hub, "quarantine") for row in page]
    assert list(chain(*reversed(times))) == sorted(chain(*times))
    assert ids == sorted(ids, reverse=True)


async def test_a_token_that_no_page_gave_is_refused(hub: Hub) -> None:
    async with aiohttp.ClientSession() as session:
        for path, view in LISTS.items():
            for token in ("x", "-1", "9" * 30, "", "1e3") if view.is_paged else ():
                url = URL(f"{hub.address}/api/v1/{view.target}").update_query(after=token)
                async with session.get(url) as answer:
                    kind = (await answer.json()).get("error", {}).get("kind")
                assert (answer.status, kind) == (422, "config_error"), (path, token)


OTHER_QUESTIONS = {
    f"of {SOC}": f"{CAR}/readings?descriptor={SOC}&{RANGE}",
    "of a signal": f"{CAR}/readings?signal=soc_percent&{RANGE}",
    "of another signal": f"{CAR}/readings?signal=odometer_km&{RANGE}",
    "of positions": f"{CAR}/positions?{RANGE}",
    "of refused items": "quarantine?",
}


@pytest.mark.parametrize("asked", OTHER_QUESTIONS)
async def test_the_token_of_another_list_is_refused(hub: Hub, asked: str) -> None:
    address = f"{hub.address}/api/v1"
    async with aiohttp.ClientSession() as session:
        tokens: dict[str, str] = {}
        for question, target in OTHER_QUESTIONS.items():
            async with session.get(URL(f"{address}/{target}&limit=2")) as answer:
                tokens[question] = (await answer.json())["next"]
        for question, token in tokens.items():
            url = URL(f"{address}/{OTHER_QUESTIONS[asked]}").update_query(after=token or "none")
            async with session.get(url) as answer:
                error = (await answer.json()).get("error", {})
            assert answer.status == (200 if question == asked and token else 422), (question, token)
            assert question == asked or (
                "no page token of this list" in error["message"] and "without" in error["hint"]
            )


async def test_the_token_of_another_car_is_refused(hub: Hub) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("readings", "positions"):
            url = URL(f"{hub.address}/api/v1/{LISTS[f'/api/v1/vehicles/{{vin}}/{path}'].target}")
            async with session.get(url.update_query(limit=2)) as answer:
                token = (await answer.json())["next"]
            other = url.with_path(url.path.replace(VIN, f"WBA{7:014}"), keep_query=True).update_query(after=token)
            async with session.get(other) as answer:
                assert answer.status == 422
