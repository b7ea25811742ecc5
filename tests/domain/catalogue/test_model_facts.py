"""What models are known to send: each row has a source, and means real keys and the right cars."""

import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.catalogue.model_facts import facts_of, load_model_facts
from bimmerhub.domain.vehicle import Vehicle, derive_idrive
from bimmerhub.ids import Vin

CAR = Vin("WBA00000000000001")
HEADER = "vehicle.drivetrain.batteryManagement.header"


def test_each_row_names_its_source_and_known_keys() -> None:
    for fact in load_model_facts():
        assert fact.source
        assert fact.note
        assert fact.brand or fact.model
        assert all(key in load_catalogue() or key == "vehicle.*" for key in fact.descriptors)


@pytest.mark.parametrize(
    ("vehicle", "count"),
    [
        (Vehicle(vin=CAR, model="X3 30e xDrive"), 2),
        (Vehicle(vin=CAR, model="X3 xDrive20d"), 0),
        (Vehicle(vin=CAR, model="530d xDrive Touring"), 5),
        (Vehicle(vin=CAR, model="i5 eDrive40"), 7),
        (Vehicle(vin=CAR, brand="MINI", model="Cooper", drivetrain="CONV"), 1),
        (Vehicle(vin=CAR, brand="MINI", model="Cooper SE", drivetrain="BEV"), 0),
        (Vehicle(vin=CAR, brand="MINI", model="Cooper D Clubman", drivetrain="CONV"), 0),
        (Vehicle(vin=CAR, brand="MINI", model="Cooper SD", drivetrain="CONV"), 0),
        (Vehicle(vin=CAR, brand="MINI", drivetrain="CONV"), 0),
        (Vehicle(vin=CAR, model="X1 sDrive18i", drivetrain="CONV"), 0),
        (Vehicle(vin=CAR), 0),
    ],
)
def test_a_row_means_its_model_only(vehicle: Vehicle, count: int) -> None:
    assert len(facts_of(vehicle)) == count


@pytest.mark.parametrize(
    ("head_unit", "idrive"), [("MGU_02_A", "8"), ("HU_MGU", "7"), ("ID6", "6"), ("ICC65", None), (None, None)]
)
def test_idrive_is_inferred_from_the_head_unit(head_unit: str | None, idrive: str | None) -> None:
    assert derive_idrive(head_unit) == idrive
