"""What an app's headers change of answers: the unit of distances, and the language of texts."""

from typing import Any

import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram
from tests.emulator.mybmw.test_app_history import SUSTAINABILITY, charge

MILES = {"bmw-units-preferences": "d=MI;v=G;p=B;ec=KWH100KM;fc=L100KM;em=GKM;"}
GERMAN = {"accept-language": "de-DE"}
KM_PER_MILE = 1.609344


async def ask(app: AppProgram, path: str, headers: dict[str, str], **query: str) -> Any:
    reply = await app.call("GET", path, vin=BEV, headers=headers, params=query)
    assert reply.status == 200, reply.body
    return reply.body


async def test_first_list_is_in_miles_where_the_app_wants_them(app: AppProgram) -> None:
    truth = app.truth(BEV)
    for headers, unit, units, per_km in (({}, "km", "KILOMETERS", 1.0), (MILES, "mi", "MILES", KM_PER_MILE)):
        [car] = [item for item in await ask(app, "/eadrax-vcs/v1/vehicles", headers) if item["vin"] == BEV]
        mileage, combined = car["status"]["currentMileage"], car["properties"]["combinedRange"]["distance"]
        assert (mileage["units"], combined["units"]) == (unit, units)
        assert (
            mileage["mileage"] == int(mileage["formattedMileage"]) == pytest.approx(truth.odometer_km / per_km, abs=1)
        )
        assert {one["rangeUnits"] for one in car["status"]["fuelIndicators"]} == {unit}
        subtitles = [service["subtitle"] for service in car["status"]["requiredServices"]]
        assert not any(text.endswith({"km": " mi", "mi": " km"}[unit]) for text in subtitles)


async def test_state_of_v4_stays_metric(app: AppProgram) -> None:
    metric, other = [await ask(app, "/eadrax-vcs/v4/vehicles/state", headers) for headers in ({}, MILES)]
    assert metric["state"]["currentMileage"] == other["state"]["currentMileage"]


async def test_trips_and_sessions_are_in_miles_where_the_app_wants_them(app: AppProgram) -> None:
    await charge(app)
    await app.command_car(BEV, "drive", km=12)
    await app.pass_time(3600)
    await app.sign_in()
    gcid = {"x-gcid": str(app.tokens["gcid"])}
    trip = app.truth(BEV).trips[-1]
    told = await ask(app, f"{SUSTAINABILITY}/trips/summary/{trip.start_ms}", {**MILES, **gcid})
    assert told["trip"]["distance"]["distanceUnit"] == "mi"
    assert told["trip"]["distance"]["distance"] == pytest.approx(trip.distance_km / KM_PER_MILE, abs=0.1)
    query = {"date": "2026-07-01T00:00:00.000Z", "vin": BEV}
    listed = await ask(app, "/eadrax-chs/v2/charging-sessions", {}, **query)
    session = listed["chargingSessions"]["sessions"][0]["id"]
    assert (await ask(app, f"/eadrax-chs/v2/charging-sessions/{session}", MILES))["totalMileage"].endswith(" mi")


async def test_texts_are_in_the_language_of_the_app(app: AppProgram) -> None:
    await charge(app)
    texts = {}
    for name, headers in {"en": {}, "de": GERMAN}.items():
        state = (await ask(app, "/eadrax-vcs/v4/vehicles/state", headers))["state"]
        query = {"date": "2026-07-01T00:00:00.000Z", "vin": BEV}
        listed = await ask(app, "/eadrax-chs/v2/charging-sessions", headers, **query)
        title = listed["chargingSessions"]["sessions"][0]["title"]
        texts[name] = [title.partition(" ")[0], *(service["description"] for service in state["requiredServices"])]
    assert (texts["en"][0], texts["de"][0]) == ("Today", "Heute")
    assert all(german != english for german, english in zip(texts["de"], texts["en"], strict=True))
