"""What cars of each kind send, and the signals that they then have; shapes as observed by clients 2025-2026."""

import pytest

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.state import VehicleState
from bimmerhub.ids import Descriptor, Vin

MINUTE_MS = 60_000
BATTERY = "powertrain.electric.battery"
CHARGING = "drivetrain.electricEngine.charging"
CBS = '[{"id": 1, "status": "OK", "date": "2027-01"}, {"id": 3, "status": "PENDING", "date": "2026-11"}]'


def signals(sent: dict[str, Value | tuple[Value, int]]) -> dict[str, Value]:
    """Return the signals of a car that sent these values; one with a time is (value, minutes)."""
    state = VehicleState()
    state.fold(
        Reading(
            vin=Vin("WBA00000000000001"),
            descriptor=Descriptor(f"vehicle.{path}"),
            value=report[0] if isinstance(report, tuple) else report,
            unit=None,
            measured_at_ms=(report[1] if isinstance(report, tuple) else 0) * MINUTE_MS,
            sent_at_ms=None,
            received_at_ms=0,
            source=Source.REST,
        )
        for path, report in sent.items()
    )
    return {name: signal.value for name, signal in state.signals().items()}


CARS: dict[str, tuple[dict[str, Value | tuple[Value, int]], dict[str, Value]]] = {
    "Neue Klasse: no header, no plug but the combined one": (
        {
            "drivetrain.batteryManagement.header": None,
            f"{BATTERY}.stateOfCharge.displayed": (71, 1),
            "trip.segment.end.drivetrain.batteryManagement.hvSoc": 74,
            "body.chargingPort.status": None,
            "body.chargingPort.combinedStatus": ("CONNECTED", 1),
            f"{BATTERY}.charging.power": 11_260,
        },
        {"soc_percent": 71, "last_trip_soc_percent": 74, "is_plugged_in": True, "charging_power_kw": 11.26},
    ),
    "Neue Klasse that only tells at the end of a trip": (
        {"trip.segment.end.drivetrain.batteryManagement.hvSoc": 74},
        {"soc_percent": 74},
    ),
    "PHEV while its header stands still in a charge": (
        {
            "drivetrain.batteryManagement.header": (20, 0),
            f"{CHARGING}.level": (55, 60),
            "drivetrain.electricEngine.kombiRemainingElectricRange": 12,
            "drivetrain.lastRemainingRange": 512,
            "drivetrain.fuelSystem.level": 80,
        },
        {"soc_percent": 55, "electric_range_km": 12, "total_range_km": 512, "fuel_percent": 80},
    ),
    "i3: no remaining range but the electric one": (
        {"drivetrain.electricEngine.remainingElectricRange": 180, f"{CHARGING}.status": "CHARGINGENDED"},
        {"electric_range_km": 180, "charging_status": "finished", "is_charging": False},
    ),
    "i4: no size of the battery, power only": (
        {"drivetrain.batteryManagement.batterySizeMax": 0, f"{BATTERY}.charging.power": 7_400},
        {"battery_size_kwh": None, "charging_power_kw": 7.4},
    ),
    "MINI with words in lower case": (
        {
            "cabin.door.status": "locked",
            "cabin.window.row1.driver.status": "closed",
            "cabin.sunroof.tiltStatus": "open",
            "vehicle.antiTheftAlarmSystem.alarm.armStatus": "doorsOnly",
        },
        {
            "lock_state": "locked",
            "is_locked": True,
            "window_front_driver": "closed",
            "sunroof_tilt": "open",
            "alarm_state": "doors",
        },
    ),
    "petrol car and what it wants done": (
        {
            "status.conditionBasedServices": CBS,
            "status.checkControlMessages": "[]",
            "status.serviceTime.inspectionDateLegal": "17.01.2027 00:00:00 UTC",
            "electricalSystem.battery.serviceDemand.replace": 140,
            "electricalSystem.battery.serviceDemand.recharge": 0,
            "electronicControlUnit.diagnosticTroubleCodes.raw": '<dtcData dtcCount="72"><dtc>X00001</dtc></dtcData>',
        },
        {
            "next_service_on": "2026-11-01",
            "services_due": 1,
            "check_control_messages": 0,
            "next_inspection_on": "2027-01-17",
            "starter_battery_condition": "limited",
            "is_starter_battery_low": False,
            "fault_codes": 1,
        },
    ),
    "last trip and destination": (
        {
            "trip.segment.end.time": "27.07.2026 12:37:58 UTC",
            "trip.segment.accumulated.drivetrain.transmission.setting.fractionDriveElectric": 43,
            "cabin.infotainment.navigation.destinationSet.distance": 38,
            "cabin.infotainment.navigation.destinationSet.arrivalTime": "14:05",
        },
        {
            "last_trip_ended": "2026-07-27T12:37:58Z",
            "last_trip_electric_percent": 43,
            "destination_distance_km": 38,
            "destination_arrival": "14:05",
        },
    ),
    "documents that cannot be read": (
        {"status.conditionBasedServices": "[", "cabin.door.status": "ASN_selective-Locked"},
        {"services_due": None, "lock_state": "partly_locked"},
    ),
}


@pytest.mark.parametrize("car", CARS)
def test_each_kind_of_car_has_its_signals(car: str) -> None:
    sent, expected = CARS[car]
    values = signals(sent)
    assert {name: values.get(name, "missing") for name in expected} == expected
