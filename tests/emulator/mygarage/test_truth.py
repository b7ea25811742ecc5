"""What My Garage tells of a car is the car's own truth: one value is changed at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.emulator.mygarage.conftest import SERVICES, Owner

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.ids import Vin


async def answers_of(owner: Owner) -> dict[str, Any]:
    """Return all that is told of the first car, by where it is told."""
    data = (await owner.forward("garage/getGarageVehiclesByGroupId"))["dataContent"]
    number = data["ProdVehicleDetails"][0]["prodNum"]
    profile = f"/bmw-us/profile/{number}-{owner.vin}"
    track = await owner.get(f"{SERVICES}/forward", target=f"{profile}/track")
    features = await owner.forward("vehicleprofile/getvehicleFeatures", vin=owner.vin)
    warranty = (await owner.send("GET", "/bin/mybmw/warranty-and-service", params={"vin": owner.vin}))[1]
    recalls = (await owner.send("GET", "/bin/mybmw/getRecalls", params={"targetVin": f"/vin/{owner.vin}"}))[1]
    return {
        "list": data["ProdVehicleDetails"][0],
        "order": track["dataContent"]["prodVehicleDetails"][0],
        "features": features["dataContent"]["VehicleDetails"][0],
        "vehicle": warranty["vinResponse"]["vehicle"],
        "recalls": recalls,
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"colour": "Test Green"},
            {
                "list.exteriorColor": "Test Green",
                "order.exteriorColor": "Test Green",
                "features.exteriorColorDesc": "Test Green",
                "vehicle.exteriorColor.value": "Test Green",
            },
        ),
        ({"paint_code": "0Z99"}, {"order.colorCode": "P0Z99", "features.exteriorColorCode": "P0Z99"}),
        ({"chassis": "G99"}, {"vehicle.chassis": "G99", "vehicle.engineSeries": "G99"}),
        (
            {"built": (2021, 3)},
            {
                "list.modelYear": "2022",
                "order.modelYear": "2022",
                "order.prodDate": "03/01/2021",
                "vehicle.vehicleProdDate": "2021/03",
                "recalls.year": 2022,
            },
        ),
    ],
)
async def test_a_changed_car_is_told_as_it_is(
    owner: Owner, change: Mapping[str, Any], told: Mapping[str, object]
) -> None:
    def retouch(truth: CarTruth) -> CarTruth:
        return replace(truth, equipment=replace(truth.equipment, **change))

    before = await answers_of(owner)
    owner.emulator.account_vehicles.retouches[Vin(owner.vin)] = retouch
    after = await answers_of(owner)
    for place, value in told.items():
        assert pick(before, place) != pick(after, place) == value


def pick(answers: Any, place: str) -> Any:
    for name in place.split("."):
        answers = answers[name]
    return answers


async def test_the_other_cars_stay_as_they_are(owner: Owner) -> None:
    owner.emulator.account_vehicles.retouches[Vin(owner.vin)] = lambda truth: replace(
        truth, equipment=replace(truth.equipment, colour="Test Green")
    )
    cars = (await owner.forward("garage/getGarageVehiclesByGroupId"))["dataContent"]["ProdVehicleDetails"]
    assert [car["exteriorColor"] == "Test Green" for car in cars] == [True, False, False, False]
