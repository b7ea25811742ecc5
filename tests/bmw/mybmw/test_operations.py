"""The table of operations: whole, and such that a request can be made of each of its rows."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from tests.bmw.mybmw.answers import EVENT_ID, GCID, VIN

from bimmerhub.bmw.mybmw import operations
from bimmerhub.bmw.mybmw.endpoints import App, Endpoints, Region
from bimmerhub.bmw.mybmw.operations import OPERATIONS
from bimmerhub.bmw.mybmw.unsigned_calls import fillings
from bimmerhub.bmw.operation import Operation
from bimmerhub.bmw.operation_requests import to_request

NOW_MS = 1_672_850_000_000
FILLINGS = fillings(Endpoints(app=App(subscription_key="key")), now_ms=NOW_MS, gcid=GCID)

ENDPOINTS = [
    "",
    "GET /eadrax-ucs/v1/presentation/oauth/config",
    "POST /gcdm/oauth/authenticate",
    "POST /gcdm/oauth/token",
    "GET /eadrax-coas/v1/cop/publickey",
    "POST /eadrax-coas/v2/cop/slider-captcha",
    "POST /eadrax-coas/v1/cop/check-captcha",
    "POST /eadrax-coas/v2/cop/create-captcha",
    "POST /eadrax-coas/v2/cop/verify-captcha",
    "POST /eadrax-coas/v2/login/pwd",
    "POST /eadrax-coas/v1/cop/message",
    "POST /eadrax-coas/v2/login/sms",
    "POST /eadrax-coas/v1/oauth/token",
    "POST /eadrax-coas/v2/oauth/token",
    "GET /eadrax-vcs/v1/vehicles",
    "GET /eadrax-vcs/v2/vehicles",
    "GET /eadrax-vcs/v2/vehicles/{vin}/state",
    "GET /eadrax-vcs/v4/vehicles",
    "GET /eadrax-vcs/v4/vehicles/state",
    "POST /eadrax-vcs/v5/vehicle-list",
    "GET /eadrax-vcs/v5/vehicle-data/profile",
    "POST /eadrax-vrccs/v2/presentation/remote-commands/{vin}/{service}",
    "POST /eadrax-vrccs/v3/presentation/remote-commands/{vin}/{service}",
    "POST /eadrax-vrccs/v4/presentation/remote-commands/{service}",
    "POST /eadrax-vrccs/v2/presentation/remote-commands/eventStatus",
    "POST /eadrax-vrccs/v3/presentation/remote-commands/eventStatus",
    "POST /eadrax-vrccs/v4/presentation/remote-commands/eventStatus",
    "POST /eadrax-vrccs/v2/presentation/remote-commands/eventPosition",
    "POST /eadrax-vrccs/v3/presentation/remote-commands/eventPosition",
    "POST /eadrax-vrccs/v4/presentation/remote-commands/eventPosition",
    "GET /eadrax-vrccs/v2/presentation/remote-history/{vin}",
    "GET /eadrax-vrccs/v3/presentation/remote-history/{vin}",
    "DELETE /eadrax-vrccs/v2/presentation/remote-history/{vin}",
    "DELETE /eadrax-vrccs/v3/presentation/remote-history/{vin}",
    "POST /eadrax-crccs/v1/vehicles/{vin}/start-charging",
    "POST /eadrax-crccs/v1/vehicles/{vin}/stop-charging",
    "GET /eadrax-crccs/v2/vehicles",
    "POST /eadrax-crccs/v1/vehicles/{vin}/charging-settings",
    "POST /eadrax-crccs/v1/vehicles/{vin}/charging-profile",
    "GET /eadrax-cps/v2/vehicles",
    "GET /eadrax-chs/v1/charging-statistics",
    "GET /eadrax-chs/v2/charging-statistics",
    "GET /eadrax-chs/v1/charging-sessions",
    "GET /eadrax-chs/v2/charging-sessions",
    "GET /eadrax-chs/v2/charging-sessions/{session_id}",
    "POST /eadrax-chs/v1/charging-sessions/generate-report",
    "GET /eadrax-suscs/v1/vehicles/sustainability",
    "GET /eadrax-suscs/v1/vehicles/sustainability/widget",
    "GET /eadrax-suscs/v1/vehicles/sustainability/trips/history",
    "GET /eadrax-suscs/v1/vehicles/sustainability/trips/summary/{trip_id}",
    "GET /eadrax-suscs/v1/vehicles/sustainability/trips/statistics",
    "GET /eadrax-recallcs/v2/recalls",
    "GET /eadrax-slcs/v1/demands",
    "GET /eadrax-ics/v3/presentation/vehicles/{vin}/images",
    "GET /eadrax-ics/v5/presentation/vehicles/images",
    "POST /eadrax-dcs/v1/send-to-car/send-to-car",
    "POST /eadrax-dcs/v2/user/{gcid}/send-to-car",
    "GET /eadrax-dcs/v1/send-to-car/{vin}/subservice-status",
    "GET /eadrax-fts/v1/flags",
    "GET /eadrax-ucs/v2/contacts",
    "GET /eadrax-ucs/v1/customizations",
    "GET /eadrax-ucs/v1/nps/config",
    "GET /eadrax-ucs/v1/presentation/profile-tab",
    "GET /eadrax-ucs/v1/presentation/weblinks",
    "GET /eadrax-excs/v1/explore/isFeatureEnabled",
    "GET /eadrax-bsics/v2/warrantyplans/{vin}",
    "GET /eadrax-emob-hub/v1/features",
    "GET /eadrax-rsacs/v2/capabilities/{brand}",
    "GET /eadrax-servcs/v1/services",
    "GET /eadrax-dcs/v1/destinations/destination-tab",
    "GET /eadrax-dcs/v3/favorites",
    "GET /eadrax-dservcs/v1/recommendation",
    "GET /eadrax-ecs/v1/feature-toggle",
    "GET /eadrax-cdpc/v2/vehicle-settings",
    "GET /eadrax-ics/v1/presentation/avatar",
    "GET /eadrax-ccmcs/v1/settings",
    "GET /eadrax-oascs/v1/dealers/{dealer_id}/booking-engine",
    "GET /eadrax-rsu/v2/vehicles/status/",
    "GET /eadrax-aucs/v1/update/update-info",
    "GET /eadrax-r360/v1/recordings/vehicle/{vin}",
    "POST /eadrax-r360/v1/vehicle/addresses",
    "GET /eadrax-r360/v1/vehicle/{vin}/key",
    "POST /eadrax-r360/v1/event/execute",
    "GET /eadrax-r360/v1/events/{event_id}",
    "",
][1:-1]
"""Every endpoint that stored answers, the public collection and other clients have shown."""


def test_table_has_every_endpoint_and_no_other() -> None:
    assert sorted({f"{row.method} {row.path}" for row in OPERATIONS.values()}) == sorted(ENDPOINTS)


def test_names_are_of_one_operation_each() -> None:
    rows = [
        row
        for value in vars(operations).values()
        if isinstance(value, tuple)
        for row in value
        if isinstance(row, Operation)
    ]
    assert [name for name, count in Counter(row.name for row in rows).items() if count > 1] == []
    assert [row.name for row in rows] == list(OPERATIONS)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in OPERATIONS)
    titles = Counter((row.group, row.title) for row in rows)
    assert [title for title, count in titles.items() if count > 1] == []


SAMPLES = {
    "vin": VIN,
    "service": "door-lock",
    "event_id": EVENT_ID,
    "body": {"a": 1},
    "position": "0.45",
    "verify_id": "v",
}


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_a_request_can_be_made(row: Operation) -> None:
    needed = {param.name: SAMPLES.get(param.name, "x") for param in row.params if param.is_required}
    request = to_request(row, needed, server_url="https://bmw.example.org", fillings=FILLINGS)
    assert "{" not in request.url
    assert urlsplit(request.url).path.count("/") == row.path.count("/")
    assert set(re.findall(r"\{(\w+)\}", row.path)) == {param.key for param in row.params if param.place == "path"}
    assert (request.json is not None) == (row.body == "json")
    assert (request.form is not None) == (row.body == "form")
    assert not [text for text in (request.query or {}).values() if "{" in text]
    assert row.changes <= (row.method != "GET")
    assert len({param.name for param in row.params}) == len(row.params)
    assert set(row.regions) <= set(Region)
    assert row.evidence in {"F", "D", "C", "?"}


def test_defaults_are_filled_in() -> None:
    sessions = to_request(OPERATIONS["charging-sessions-v2"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert sessions.query == {
        "vin": VIN,
        "date": "2023-01-01T00:00:00.000Z",
        "maxResults": "40",
        "include_date_picker": "false",
    }
    trips = to_request(OPERATIONS["trips"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert (trips.headers["x-gcid"], (trips.query or {})["date"]) == (GCID, "2023-01")
    report = to_request(OPERATIONS["charging-report"], {"vin": VIN}, server_url="", fillings=FILLINGS)
    assert report.query == {"vin": VIN, "currentDate": "2023-01-04", "format": "xlsx"}
