"""Places in China's coordinates: told so and taken so there, and nowhere else."""

from dataclasses import replace
from functools import partial

import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram

from bimmerhub.bmw.mybmw.state import gcj02
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.mybmw.access.china_places import from_gcj, to_gcj
from bimmerhub.ids import Vin

GATE_OF_HEAVENLY_PEACE = (39.9075, 116.39723)
GATE_IN_GCJ = (39.90890, 116.40347)
"""As public converters have it, to a metre."""
CHINA = "android(AP2A.240605.024);{brand};4.9.2(36892);cn"


def stand_in(place: tuple[float, float], truth: CarTruth) -> CarTruth:
    return replace(truth, latitude_deg=place[0], longitude_deg=place[1])


async def told_place(app: AppProgram) -> tuple[float, float]:
    at = (await app.state(BEV))["location"]["coordinates"]
    return at["latitude"], at["longitude"]


async def test_china_is_told_its_own_coordinates(app: AppProgram) -> None:
    app.emulator.account_vehicles.retouches[Vin(BEV)] = partial(stand_in, GATE_OF_HEAVENLY_PEACE)
    assert await told_place(app) == GATE_OF_HEAVENLY_PEACE
    app.agent = CHINA
    told = await told_place(app)
    assert told == pytest.approx(GATE_IN_GCJ, abs=2e-5)
    assert gcj02.to_wgs84(*told) == pytest.approx(GATE_OF_HEAVENLY_PEACE, abs=1e-5)
    app.emulator.account_vehicles.retouches[Vin(BEV)] = partial(stand_in, (50.7, 6.1))
    assert await told_place(app) == (50.7, 6.1)


async def test_place_that_is_sent_from_china_is_taken_in_its_coordinates(app: AppProgram) -> None:
    app.agent = CHINA
    location = {
        "name": "Gate",
        "type": "SHARED_DESTINATION_FROM_EXTERNAL_APP",
        "coordinates": dict(zip(("latitude", "longitude"), gcj02.from_wgs84(*GATE_OF_HEAVENLY_PEACE), strict=True)),
        "locationAddress": {},
    }
    sent = await app.call("POST", "/eadrax-dcs/v1/send-to-car/send-to-car", json={"vin": BEV, "location": location})
    assert sent.status == 201, sent.body
    await app.pass_time(60)
    [place] = [place for place in app.truth(BEV).sent if place.name == "Gate"]
    assert (place.latitude_deg, place.longitude_deg) == pytest.approx(GATE_OF_HEAVENLY_PEACE, abs=1e-5)


@pytest.mark.parametrize("place", [GATE_OF_HEAVENLY_PEACE, (31.2304, 121.4737), (22.5431, 114.0579), (43.8, 87.6)])
def test_way_back_leads_to_where_it_began(place: tuple[float, float]) -> None:
    assert from_gcj(to_gcj(place)) == pytest.approx(place, abs=1e-7)
    assert to_gcj(place) == pytest.approx(gcj02.from_wgs84(*place), abs=2e-6)
