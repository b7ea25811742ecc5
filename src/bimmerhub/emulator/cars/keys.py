"""The keys that the simulated cars know: unit as BMW spells it, and whether the stream carries it.

Written from BMW's published catalogue (2025-2026), apart from the SDK's own, so that a mistake in one shows in the
other.
"""

from dataclasses import dataclass

ROWS = ("row1", "row2")
SIDES = ("driver", "passenger")
WHEELS = tuple(f"{row}.wheel.{side}" for row in ROWS for side in ("left", "right"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: `unit` is None when BMW sends none; keys that are not streamable come by REST only."""

    unit: str | None = None
    is_streamable: bool = True


LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
HEADING = "vehicle.cabin.infotainment.navigation.currentLocation.heading"
ALTITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.altitude"
SATELLITES = "vehicle.cabin.infotainment.navigation.currentLocation.numberOfSatellites"
AVERAGE_SPEED = "vehicle.vehicle.avgSpeed"
AUXILIARY_POWER = "vehicle.vehicle.avgAuxPower"
ODOMETER = "vehicle.vehicle.travelledDistance"
IS_MOVING = "vehicle.isMoving"
IGNITION = "vehicle.drivetrain.engine.isIgnitionOn"
ENGINE = "vehicle.drivetrain.engine.isActive"
DOORS_LOCK = "vehicle.cabin.door.status"
LOCK_BY_REST = "vehicle.cabin.door.lock.status"
TRUNK = "vehicle.body.trunk.isOpen"
HOOD = "vehicle.body.hood.isOpen"
LIGHTS = "vehicle.body.lights.isRunningOn"
SUNROOF = "vehicle.cabin.sunroof.status"
STARTER_BATTERY = "vehicle.electricalSystem.battery.stateOfCharge"
STARTER_VOLTAGE = "vehicle.electricalSystem.battery.voltage"
TOTAL_RANGE = "vehicle.drivetrain.lastRemainingRange"

SOC_HEADER = "vehicle.drivetrain.batteryManagement.header"
SOC_DISPLAYED = "vehicle.powertrain.electric.battery.stateOfCharge.displayed"
SOC_PREDICTED = "vehicle.drivetrain.electricEngine.charging.level"
SOC_TARGET = "vehicle.powertrain.electric.battery.stateOfCharge.target"
SOC_AT_TRIP_END = "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"
ODOMETER_AT_TRIP_END = "vehicle.trip.segment.end.travelledDistance"
MAX_ENERGY = "vehicle.drivetrain.batteryManagement.maxEnergy"
BATTERY_SIZE = "vehicle.drivetrain.batteryManagement.batterySizeMax"
ELECTRIC_RANGE = "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"
ELECTRIC_RANGE_ESTIMATE = "vehicle.drivetrain.electricEngine.remainingElectricRange"
CHARGING_STATUS = "vehicle.drivetrain.electricEngine.charging.status"
HV_STATUS = "vehicle.drivetrain.electricEngine.charging.hvStatus"
CHARGING_POWER = "vehicle.powertrain.electric.battery.charging.power"
CHARGING_PHASES = "vehicle.drivetrain.electricEngine.charging.phaseNumber"
CHARGING_VOLTAGE = "vehicle.drivetrain.electricEngine.charging.acVoltage"
CHARGING_CURRENT = "vehicle.drivetrain.electricEngine.charging.acAmpere"
CHARGING_METHOD = "vehicle.drivetrain.electricEngine.charging.method"
TIME_REMAINING = "vehicle.drivetrain.electricEngine.charging.timeRemaining"
PORT_STATUS = "vehicle.body.chargingPort.status"
PORT_TEXT = "vehicle.body.chargingPort.statusClearText"
PORT_COMBINED = "vehicle.body.chargingPort.combinedStatus"
PORT_EVENT = "vehicle.body.chargingPort.plugEventId"
PORT_IS_PLUGGED = "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged"
FLAP_LOCKED = "vehicle.body.flap.isLocked"

FUEL_LEVEL = "vehicle.drivetrain.fuelSystem.level"
FUEL_LITRES = "vehicle.drivetrain.fuelSystem.remainingFuel"


def door(row: str, side: str) -> str:
    """Return the key of a door."""
    return f"vehicle.cabin.door.{row}.{side}.isOpen"


def window(row: str, side: str) -> str:
    """Return the key of a window."""
    return f"vehicle.cabin.window.{row}.{side}.status"


def tyre(wheel: str, what: str) -> str:
    """Return a key of one wheel's tyre; `what` is `pressure` or `pressureTarget`."""
    return f"vehicle.chassis.axle.{wheel}.tire.{what}"


EVERY_CAR: dict[str, Key] = {
    LATITUDE: Key(unit="degrees"),
    LONGITUDE: Key(unit="degrees"),
    HEADING: Key(unit="degrees"),
    ALTITUDE: Key(unit="m"),
    ODOMETER: Key(unit="km"),
    IS_MOVING: Key(),
    IGNITION: Key(),
    ENGINE: Key(),
    DOORS_LOCK: Key(),
    LOCK_BY_REST: Key(is_streamable=False),
    TRUNK: Key(),
    HOOD: Key(),
    LIGHTS: Key(),
    SUNROOF: Key(),
    SATELLITES: Key(),
    AVERAGE_SPEED: Key(unit="km/h"),
    AUXILIARY_POWER: Key(unit="kW"),
    STARTER_BATTERY: Key(unit="%"),
    STARTER_VOLTAGE: Key(unit="V"),
    TOTAL_RANGE: Key(unit="km"),
    ODOMETER_AT_TRIP_END: Key(unit="km"),
    **{door(row, side): Key() for row in ROWS for side in SIDES},
    **{window(row, side): Key() for row in ROWS for side in SIDES},
    **{tyre(wheel, what): Key(unit="kPa") for wheel in WHEELS for what in ("pressure", "pressureTarget")},
}

WITH_PLUG: dict[str, Key] = {
    SOC_HEADER: Key(unit="percent"),
    SOC_DISPLAYED: Key(unit="percent"),
    SOC_PREDICTED: Key(unit="%", is_streamable=False),
    SOC_TARGET: Key(unit="%"),
    SOC_AT_TRIP_END: Key(unit="percent"),
    MAX_ENERGY: Key(unit="kWh"),
    BATTERY_SIZE: Key(unit="kWh"),
    ELECTRIC_RANGE: Key(unit="km"),
    ELECTRIC_RANGE_ESTIMATE: Key(unit="km"),
    CHARGING_STATUS: Key(),
    HV_STATUS: Key(),
    CHARGING_POWER: Key(unit="W"),
    CHARGING_PHASES: Key(),
    CHARGING_VOLTAGE: Key(unit="V"),
    CHARGING_CURRENT: Key(unit="A"),
    CHARGING_METHOD: Key(),
    TIME_REMAINING: Key(unit="min"),
    PORT_STATUS: Key(),
    PORT_TEXT: Key(),
    PORT_COMBINED: Key(is_streamable=False),
    PORT_EVENT: Key(),
    PORT_IS_PLUGGED: Key(),
    FLAP_LOCKED: Key(),
}

WITH_TANK: dict[str, Key] = {FUEL_LEVEL: Key(unit="%"), FUEL_LITRES: Key(unit="l")}
