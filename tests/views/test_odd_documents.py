"""BMW's answers are shown whatever is in them: an odd member reads as missing, and costs nothing beside it."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bimmerhub.domain.account.link import Link
from bimmerhub.domain.documents import (
    ALL_TRIPS,
    BASIC_DATA,
    BMW_CHARGES,
    BMW_TRIPS,
    BOOKED_SERVICES,
    CHARGING_PLACE,
    CHARGING_PROFILE,
    CHARGING_SESSION,
    CHARGING_STATISTICS,
    DESTINATIONS,
    EFFICIENCY,
    LAST_TRIP,
    MESSAGES,
    RANGE_MAP,
    RECALLS,
    SERVICE_DEMANDS,
    SERVICE_PARTNER,
    SPECS,
    TYRES,
    Document,
)
from bimmerhub.domain.reading import Source
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import LATEST_MS
from bimmerhub.views.documents.app_service import view_recalls, view_service_demands
from bimmerhub.views.documents.basic_data import BasicDataAnswer, view_basic_data
from bimmerhub.views.documents.bmw_charges import view_bmw_charges
from bimmerhub.views.documents.bmw_trips import view_bmw_trips
from bimmerhub.views.documents.changes import view_document_changes
from bimmerhub.views.documents.charging_history import view_bmw_charging
from bimmerhub.views.documents.charging_profile import view_charging_profile
from bimmerhub.views.documents.charging_settings import view_charging_settings
from bimmerhub.views.documents.destinations import view_destinations
from bimmerhub.views.documents.offered import OlderDocuments
from bimmerhub.views.documents.portal import view_booked_services, view_dealer, view_sent_messages, view_specs
from bimmerhub.views.documents.range_map import view_range_map
from bimmerhub.views.documents.tyres import view_tyres
from bimmerhub.views.ports.accounts import Account
from bimmerhub.views.viewer import OWNER

VIN = Vin("WBA00000000000001")
ODD: list[Any] = [None, 5, -1, 1.5, 10**18, 10**400, 1.7e308, "", "x", True, [], {}, [[]], [{"a": 1}], {"value": 1}]
SESSION = {
    "startTime": 1_784_980_800,
    "endTime": 1_784_995_200,
    "displayedSoc": 80,
    "mileage": 100,
    "mileageUnits": "MileageUnits.MI",
    "chargingLocation": {"formattedAddress": "Street 1"},
    "chargingBlocks": [{"startTime": 1_784_980_800}],
    "publicChargingPoint": {"potentialChargingPointMatches": [{"providerName": "P"}]},
    "chargingCostInformation": {"currency": "EUR"},
    "businessErrors": [{"hint": "h"}],
}
PLACE = {"latitude": 48.1, "startChargingTimePeriodHour": 22, "startChargingTimePeriodMinute": 30, "visits": 3}
WHEEL = {"dimension": {"sectionWidth": 245, "value": "245/45"}, "tyreWear": {"dueMileage": 100, "unit": "MILE"}}
TYRE = {"passengerCar": {"mountedTyres": {"frontLeft": WHEEL}}}


WEEK = {"weeklyPlanner": {"timer1": {"departureTime": "07:30", "weekdays": ["MONDAY"]}, "preferredChargingWindow": {}}}
CORNER = {"lat": 48.1, "lon": 11.5}
RANGES = {"center": CORNER, "rangemaps": [{"type": "COMFORT", "polyline": [CORNER, CORNER, {"lat": 48, "lon": 11}]}]}
ALL = {"avgRecuperation": {"communityLow": 0.0, "userAverage": 3}, "batterySizeMax": 18_800, "resetDate": "1970"}
LIFE = {"lastTripList": [{"name": "LASTTRIP_DELTA_KM", "unit": "KM", "lastTrip": "13"}]}


class NoCars:
    """The ports of a hub without cars and accounts."""

    def vehicles(self) -> list[Vehicle]:
        return []

    def state(self, vin: Vin) -> None:
        raise AssertionError(vin)

    def car_facts(self, vin: Vin) -> CarFacts:
        raise AssertionError(vin)

    async def accounts(self) -> list[Account]:
        return []

    def links(self) -> list[Link]:
        return []


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore.open(tmp_path / "store.db") as opened:
        yield opened


def odd_forms(body: Any) -> Iterator[Any]:
    """Yield the body with each member, at every depth, replaced by each odd value."""
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, member in list(members):
        for odd in [*ODD, *odd_forms(member)]:
            changed = body.copy()
            changed[name] = odd
            yield changed


async def keep(store: SqliteStore, kind: str, bodies: list[Any], *, first_key: int = 0, at_ms: int = 0) -> None:
    documents = [
        Document(
            subject=VIN,
            kind=kind,
            natural_key="" if kind not in {CHARGING_SESSION, CHARGING_PLACE} else str(first_key + number),
            body=json.dumps(body),
            source=Source.ARCHIVE,
            fetched_at_ms=at_ms + number,
        )
        for number, body in enumerate(bodies)
    ]
    await store.append(Batch(documents=documents))


async def test_odd_sessions_and_places_are_rows_like_others(store: SqliteStore) -> None:
    sessions, places = [SESSION, *odd_forms(SESSION)], [PLACE, *odd_forms(PLACE), 5, "x"]
    await keep(store, CHARGING_SESSION, sessions, first_key=1_784_980_800)
    await keep(store, CHARGING_PLACE, places)
    history = await view_bmw_charging(OWNER, store.documents, VIN, from_ms=0, to_ms=LATEST_MS, limit=10_000)
    settings = await view_charging_settings(OWNER, store.documents, VIN)
    assert (len(history.items), len(settings.items)) == (len(sessions), len(places))
    assert history.items[-1].odometer_km == 160.934
    assert msgspec.json.encode(history)
    assert msgspec.json.encode(settings)


async def test_odd_tyres_and_basic_data_are_shown_and_compared(store: SqliteStore) -> None:
    for number, body in enumerate([*odd_forms(TYRE), TYRE]):
        await keep(store, TYRES, [body], at_ms=number)
        assert msgspec.json.encode(await view_tyres(OWNER, store.documents, VIN))
    [tyre] = (await view_tyres(OWNER, store.documents, VIN)).items
    assert (tyre.dimension, tyre.due_km) == ("245/45", 161)
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    await keep(store, BASIC_DATA, [{"a": 1}, {"a": deep, "b": [1, {"c": 2}], "d": {"e": None}}])
    answer = await view_basic_data(OWNER, store.documents, VIN)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=BasicDataAnswer) == answer
    assert (await view_document_changes(OWNER, store.documents, VIN, "basic-data")).items


async def test_odd_documents_of_older_families_are_shown(store: SqliteStore) -> None:
    older = OlderDocuments(documents=store.documents, vehicles=NoCars(), accounts=NoCars())
    views = {
        CHARGING_PROFILE: (WEEK, view_charging_profile),
        RANGE_MAP: (RANGES, view_range_map),
        DESTINATIONS: ([CORNER], view_destinations),
        ALL_TRIPS: (ALL, view_bmw_trips),
        EFFICIENCY: (LIFE, view_bmw_trips),
        LAST_TRIP: ({"totalDistance": 12.5}, view_bmw_trips),
        SPECS: ([{"key": "TANK_CAPACITY", "value": "55"}], view_specs),
        BOOKED_SERVICES: ([{"name": "cdpFeatures", "services": [{"name": "RDL"}]}], view_booked_services),
        SERVICE_PARTNER: ({"dealer": {"name": "Autohaus"}}, view_dealer),
        MESSAGES: ([{"subject": "Hello", "message": "World", "created": "1770000000000"}], view_sent_messages),
        BMW_CHARGES: ({"id": "x", "energyCharged": "~ 5,5 kWh", "isPublic": True}, view_bmw_charges),
        CHARGING_STATISTICS: ({"statistics": {"totalEnergyCharged": 5}}, view_bmw_charges),
        BMW_TRIPS: ({"trip": {"end": {"time": "2026-07-01T09:00:00Z"}}}, view_bmw_trips),
        RECALLS: ({"recalls": [{}]}, view_recalls),
        SERVICE_DEMANDS: ({"demands": []}, view_service_demands),
    }
    for kind, (body, view) in views.items():
        for number, form in enumerate([*odd_forms(body), body]):
            await keep(store, kind, [form], at_ms=number)
            assert msgspec.json.encode(await view(OWNER, older, VIN))
    assert (await view_charging_profile(OWNER, older, VIN)).departures[0].weekdays == ["MONDAY"]
    assert len((await view_range_map(OWNER, older, VIN)).features) == 2
    [tank] = (await view_specs(OWNER, older, VIN)).items
    assert (tank.name, tank.value, tank.unit) == ("tank", 55, "l")
    assert [service.name for service in (await view_booked_services(OWNER, older, VIN)).items] == ["RDL"]
    assert (await view_dealer(OWNER, older, VIN)).name == "Autohaus"
    [message] = (await view_sent_messages(OWNER, older, VIN)).items
    assert (message.text, message.sent_at) == ("World", "2026-02-02T02:40:00.000Z")
    trips = await view_bmw_trips(OWNER, older, VIN)
    assert trips.all_trips is not None
    assert (trips.all_trips.battery_capacity_kwh, trips.portal_figures[0].last_trip) == (18.8, "13")


async def test_trips_of_bmw_come_in_pages(store: SqliteStore) -> None:
    older = OlderDocuments(documents=store.documents, vehicles=NoCars(), accounts=NoCars())
    ends = [f"2026-07-{day:02}T11:00:00+0200" for day in range(1, 6)]
    trips = [
        Document(subject=VIN, kind=LAST_TRIP, natural_key=end, body="{}", source=Source.IREMOTE, fetched_at_ms=0)
        for end in ends
    ]
    await store.append(Batch(documents=trips))
    rows, after = list[str](), None
    while not rows or after is not None:
        page = await view_bmw_trips(OWNER, older, VIN, limit=2, after=after)
        rows, after = [*rows, *(trip.ended_at for trip in page.items)], page.next
        assert page.is_complete == (after is None)
    assert rows == [f"2026-07-{day:02}T09:00:00.000Z" for day in (5, 4, 3, 2, 1)]
