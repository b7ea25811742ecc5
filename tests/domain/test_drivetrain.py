import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.drivetrain import ELECTRIC, FUEL, PLUG, derive_drivetrain
from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

HEADER = "drivetrain.batteryManagement.header"
DISPLAYED = "powertrain.electric.battery.stateOfCharge.displayed"
RANGE = "drivetrain.electricEngine.remainingElectricRange"
TANK = "drivetrain.fuelSystem.remainingFuel"
PROPULSION = "vehicleIdentification.propulsionType"


@pytest.mark.parametrize(
    ("basic_data", "values", "expected"),
    [
        pytest.param("CONV", {TANK: 38, PROPULSION: "BE"}, "CONV", id="petrol with propulsionType BE"),
        pytest.param("CONV", {TANK: 41, HEADER: None}, "CONV", id="X2 M35i"),
        pytest.param(None, {TANK: 41, HEADER: None, RANGE: 0}, "CONV", id="X2 M35i without basic data"),
        pytest.param("PHEV", {HEADER: 60}, "PHEV", id="PHEV whose tank is not ticked"),
        pytest.param(None, {HEADER: 60, TANK: 20}, "PHEV", id="PHEV without basic data"),
        pytest.param("MHEV", {TANK: 38}, "MHEV", id="MHEV"),
        pytest.param(
            None, {"powertrain.electric.battery.charging.power": 2_000, TANK: 38}, "CONV", id="power of a 48 V battery"
        ),
        pytest.param(None, {RANGE: 180}, "BEV", id="i3 without basic data"),
        pytest.param(None, {DISPLAYED: 71, TANK: 0}, "BEV", id="Neue Klasse without basic data"),
        pytest.param("bev ", {}, "BEV", id="BEV that sent nothing yet"),
        pytest.param(None, {"isMoving": True}, None, id="nothing tells"),
        pytest.param("", {}, None, id="empty basic data"),
        pytest.param("-", {TANK: 41}, "CONV", id="basic data with a dash"),
        pytest.param("UNKNOWN", {HEADER: 60}, "BEV", id="basic data that do not know it"),
        pytest.param(
            None,
            {"drivetrain.electricEngine.charging.status": "NOCHARGING", "body.chargingPort.status": "DISCONNECTED"},
            None,
            id="nothing charges and nothing is plugged in",
        ),
        pytest.param(None, {"body.chargingPort.status": "CONNECTED", TANK: 20}, "PHEV", id="a plug"),
        pytest.param(None, {"body.chargingPort.status": "ASN_connected ", TANK: 20}, "PHEV", id="a plug, spelt oddly"),
        pytest.param(None, {"body.chargingPort.status": "DisConnected ", TANK: 20}, "CONV", id="no plug, spelt oddly"),
        pytest.param(None, {"body.chargingPort.status": "NOT_PRESENT", TANK: 20}, "CONV", id="an unknown word"),
        pytest.param(
            None, {"drivetrain.electricEngine.charging.status": "NO_CHARGING", TANK: 20}, "CONV", id="no charge"
        ),
    ],
)
def test_drivetrain_follows_the_evidence(
    basic_data: str | None, values: dict[str, Value], expected: str | None
) -> None:
    newest = [(Descriptor(f"vehicle.{path}"), value) for path, value in values.items()]
    assert derive_drivetrain(basic_data, newest) == expected


def test_the_evidence_is_what_the_catalogue_says_of_it() -> None:
    catalogue = load_catalogue()
    assert all({"ICE", "MHEV"}.isdisjoint(catalogue[key].drivetrains) for key in (ELECTRIC | PLUG) & catalogue.keys())
    assert all("BEV" not in catalogue[key].drivetrains for key in FUEL & catalogue.keys())
