"""The keys in which CarData tells of a car: unit as BMW spells it, and whether the stream carries it.

Written from BMW's published catalogue (2025-2026), apart from the SDK's own, so that a mistake in one shows in the
other.
"""

from dataclasses import dataclass

from bimmerhub.emulator.cars.states import WHEELS

KM_PER_MILE = 1.609344
_ROWS, _SIDES = ("row1", "row2"), ("driver", "passenger")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyForm:
    """How BMW sends one key: its unit as BMW spells it; keys that are not streamable come by REST only.

    `is_unit_sent` False: BMW leaves the unit out (observed by clients 2025-2026).
    """

    unit: str | None = None
    is_streamable: bool = True
    is_unit_sent: bool = True

    @property
    def sent_unit(self) -> str | None:
        """The unit that goes with the value."""
        return self.unit if self.is_unit_sent else None


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
ALARM = "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus"
ALARM_IS_ON = "vehicle.vehicle.antiTheftAlarmSystem.alarm.isOn"
TRUNK_LOCKED = "vehicle.body.trunk.isLocked"
FIX_STATUS = "vehicle.cabin.infotainment.navigation.currentLocation.fixStatus"
SPEED_FROM = "vehicle.vehicle.speedRange.lowerBound"
SPEED_TO = "vehicle.vehicle.speedRange.upperBound"
DEEP_SLEEP = "vehicle.vehicle.deepSleepModeActive"
TIME_SETTING = "vehicle.vehicle.timeSetting"
STARTER_REPLACE = "vehicle.electricalSystem.battery.serviceDemand.replace"
STARTER_RECHARGE = "vehicle.electricalSystem.battery.serviceDemand.recharge"

DISPLAY_UNIT = "vehicle.cabin.infotainment.displayUnit.distance"
HEAD_UNITS_UNIT = "vehicle.cabin.infotainment.hmi.distanceUnit"

CLIMATE = "vehicle.vehicle.preConditioning.activity"
CLIMATE_MINUTES = "vehicle.vehicle.preConditioning.remainingTime"
CLIMATE_ERROR = "vehicle.vehicle.preConditioning.error"
COMFORT = "vehicle.cabin.hvac.preconditioning.status.comfortState"
COMFORT_SECONDS = "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime"
SEAT_HEATING = "vehicle.cabin.seat.row1.driverSide.heating"

SERVICES = "vehicle.status.conditionBasedServices"
SERVICES_COUNT = "vehicle.status.conditionBasedServicesCount"
KM_A_DAY = "vehicle.status.conditionBasedServicesAverageDistancePerDay"
KM_A_WEEK = "vehicle.vehicle.averageWeeklyDistanceLongTerm"
CHECK_CONTROL = "vehicle.status.checkControlMessages"
SERVICE_DISTANCE = "vehicle.status.serviceDistance.next"
SERVICE_WARN_DISTANCE = "vehicle.status.serviceDistance.yellow"
SERVICE_WARN_WEEKS = "vehicle.status.serviceTime.yellow"
INSPECTION_DATE = "vehicle.status.serviceTime.inspectionDateLegal"
INSPECTION_WARN_MONTHS = "vehicle.status.serviceTime.hUandAuServiceYellow"
TROUBLE_CODES = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"

AUTOMATIC_CALL = "vehicle.channel.teleservice.lastAutomaticServiceCallTime"
MANUAL_CALL = "vehicle.channel.teleservice.lastManualCallTime"
BREAKDOWN_CALL = "vehicle.channel.teleservice.lastBreakdownCallTime"
TELESERVICE_REPORT = "vehicle.channel.teleservice.lastTeleserviceReportTime"
TELESERVICE_STATUS = "vehicle.channel.teleservice.status"

SOC_HEADER = "vehicle.drivetrain.batteryManagement.header"
SOC_DISPLAYED = "vehicle.powertrain.electric.battery.stateOfCharge.displayed"
SOC_PREDICTED = "vehicle.drivetrain.electricEngine.charging.level"
SOC_TARGET = "vehicle.powertrain.electric.battery.stateOfCharge.target"
SOC_AT_TRIP_END = "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"
ODOMETER_AT_TRIP_END = "vehicle.trip.segment.end.travelledDistance"
TIME_AT_TRIP_END = "vehicle.trip.segment.end.time"
STARS_ACCELERATION = "vehicle.trip.segment.accumulated.acceleration.starsAverage"
STARS_BRAKING = "vehicle.trip.segment.accumulated.chassis.brake.starsAverage"
RECUPERATION = "vehicle.trip.segment.accumulated.drivetrain.electricEngine.recuperationTotal"
ENERGY_COMFORT = "vehicle.trip.segment.accumulated.drivetrain.electricEngine.energyConsumptionComfort"
SHARE_ECO = "vehicle.trip.segment.accumulated.drivetrain.transmission.setting.fractionDriveEcoPro"
SHARE_ECO_PLUS = "vehicle.trip.segment.accumulated.drivetrain.transmission.setting.fractionDriveEcoProPlus"
SHARE_ELECTRIC = "vehicle.trip.segment.accumulated.drivetrain.transmission.setting.fractionDriveElectric"
STATE_OF_HEALTH = "vehicle.powertrain.electric.battery.stateOfHealth.displayed"
CONSUMPTION = "vehicle.drivetrain.avgElectricRangeConsumption"
RANGE_AT_TARGET = "vehicle.powertrain.electric.range.target"
ENERGY_TO_FULL = "vehicle.drivetrain.electricEngine.charging.smeEnergyDeltaFullyCharged"
TIME_TO_FULL = "vehicle.drivetrain.electricEngine.charging.timeToFullyCharged"
LAST_CHARGE_REASON = "vehicle.drivetrain.electricEngine.charging.lastChargingReason"
LAST_CHARGE_RESULT = "vehicle.drivetrain.electricEngine.charging.lastChargingResult"
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
PORT_REAR_RIGHT = "vehicle.powertrain.tractionBattery.charging.port.rearRight.isPlugged"
PORT_DC = "vehicle.body.chargingPort.dcStatus"
PORT_LOCKED = "vehicle.body.chargingPort.lockedStatus"
CONNECTOR = "vehicle.drivetrain.electricEngine.charging.connectorStatus"
FLAP_LOCKED = "vehicle.body.flap.isLocked"
PROFILE_CLIMATE = "vehicle.drivetrain.electricEngine.charging.profile.climatizationActive"
PROFILE_PREFERENCE = "vehicle.drivetrain.electricEngine.charging.profile.preference"

FUEL_LEVEL = "vehicle.drivetrain.fuelSystem.level"
FUEL_LITRES = "vehicle.drivetrain.fuelSystem.remainingFuel"
COOLANT = "vehicle.drivetrain.internalCombustionEngine.engine.ect"
LIFETIME_FUEL = "vehicle.drivetrain.fuelSystem.consumptionOverLifeTime.overall.fuel"


def door(row: str, side: str) -> str:
    """Return the key of a door."""
    return f"vehicle.cabin.door.{row}.{side}.isOpen"


def window(row: str, side: str) -> str:
    """Return the key of a window."""
    return f"vehicle.cabin.window.{row}.{side}.status"


def timer(name: str, what: str) -> str:
    """Return a key of a climate timer; `what` is `action`, `hour` or `minute`."""
    return f"vehicle.cabin.climate.timers.{name}.{what}"


def tyre(wheel: str, what: str) -> str:
    """Return a key of one wheel's tyre; `what` is `pressure`, `pressureTarget` or `temperature`."""
    return f"vehicle.chassis.axle.{wheel}.tire.{what}"


TIMERS = ("weekdaysTimer1", "weekdaysTimer2")
TIMER_FOR_ONCE = "overwriteTimer"
OPENINGS = {"trunk": TRUNK, "hood": HOOD, **{f"{row}.{side}": door(row, side) for row in _ROWS for side in _SIDES}}
"""Doors and lids by their neutral names."""
WINDOWS = {f"window.{row}.{side}": window(row, side) for row in _ROWS for side in _SIDES}
"""Windows by their neutral names."""
REAR_DOORS = frozenset(door("row2", side) for side in _SIDES)
REAR_WINDOWS = frozenset(window("row2", side) for side in _SIDES)
TYRE_TEMPERATURES = frozenset(tyre(wheel, "temperature") for wheel in WHEELS)

EVERY_CAR: dict[str, KeyForm] = {
    **{key: KeyForm(unit="degrees") for key in (LATITUDE, LONGITUDE, HEADING)},
    ALTITUDE: KeyForm(unit="m"),
    **{key: KeyForm() for key in (SATELLITES, FIX_STATUS, TIME_SETTING)},
    ODOMETER: KeyForm(unit="km"),
    **{key: KeyForm() for key in (IS_MOVING, IGNITION, ENGINE, LIGHTS, DOORS_LOCK, SUNROOF, TRUNK_LOCKED)},
    **{key: KeyForm() for key in (ALARM, ALARM_IS_ON, DEEP_SLEEP)},
    LOCK_BY_REST: KeyForm(is_streamable=False),
    **{key: KeyForm() for key in (*OPENINGS.values(), *WINDOWS.values())},
    STARTER_BATTERY: KeyForm(unit="%"),
    STARTER_VOLTAGE: KeyForm(unit="V"),
    **{key: KeyForm(is_streamable=False) for key in (STARTER_REPLACE, STARTER_RECHARGE)},
    **{key: KeyForm(unit="km/h") for key in (AVERAGE_SPEED, SPEED_FROM, SPEED_TO)},
    AUXILIARY_POWER: KeyForm(unit="kW"),
    **{key: KeyForm(unit="km") for key in (TOTAL_RANGE, ODOMETER_AT_TRIP_END)},
    TIME_AT_TRIP_END: KeyForm(),
    **{key: KeyForm() for key in (DISPLAY_UNIT, HEAD_UNITS_UNIT)},
    **{key: KeyForm() for key in (CLIMATE, CLIMATE_ERROR, COMFORT)},
    CLIMATE_MINUTES: KeyForm(unit="min"),
    COMFORT_SECONDS: KeyForm(unit="s"),
    SEAT_HEATING: KeyForm(unit="percent"),
    **{key: KeyForm(is_streamable=False) for key in (SERVICES, CHECK_CONTROL)},
    KM_A_DAY: KeyForm(unit="km", is_streamable=False),
    KM_A_WEEK: KeyForm(unit="km", is_unit_sent=False),
    SERVICES_COUNT: KeyForm(),
    **{key: KeyForm(unit="km", is_unit_sent=False) for key in (SERVICE_DISTANCE, SERVICE_WARN_DISTANCE)},
    SERVICE_WARN_WEEKS: KeyForm(unit="weeks"),
    INSPECTION_WARN_MONTHS: KeyForm(unit="months"),
    INSPECTION_DATE: KeyForm(),
    TROUBLE_CODES: KeyForm(unit="-"),
    **{key: KeyForm() for key in (AUTOMATIC_CALL, TELESERVICE_REPORT, TELESERVICE_STATUS)},
    **{key: KeyForm(is_streamable=False) for key in (MANUAL_CALL, BREAKDOWN_CALL)},
    **{tyre(wheel, what): KeyForm(unit="kPa") for wheel in WHEELS for what in ("pressure", "pressureTarget")},
    **{key: KeyForm(unit="Celsius") for key in sorted(TYRE_TEMPERATURES)},
}

WITH_PLUG: dict[str, KeyForm] = {
    **{key: KeyForm(unit="percent") for key in (SOC_HEADER, SOC_DISPLAYED, SOC_AT_TRIP_END)},
    **{key: KeyForm(unit="percent") for key in (SHARE_ECO, SHARE_ECO_PLUS, SHARE_ELECTRIC)},
    SOC_PREDICTED: KeyForm(unit="%", is_streamable=False),
    STATE_OF_HEALTH: KeyForm(unit="%", is_streamable=False, is_unit_sent=False),
    SOC_TARGET: KeyForm(unit="%"),
    **{key: KeyForm(unit="stars") for key in (STARS_ACCELERATION, STARS_BRAKING)},
    **{key: KeyForm(unit="kWh/100 km") for key in (RECUPERATION, CONSUMPTION)},
    **{key: KeyForm(unit="kWh") for key in (MAX_ENERGY, BATTERY_SIZE, ENERGY_TO_FULL, ENERGY_COMFORT)},
    ELECTRIC_RANGE: KeyForm(unit="km", is_unit_sent=False),
    **{key: KeyForm(unit="km") for key in (ELECTRIC_RANGE_ESTIMATE, RANGE_AT_TARGET)},
    **{key: KeyForm() for key in (CHARGING_STATUS, HV_STATUS, CHARGING_PHASES, CHARGING_METHOD, CONNECTOR)},
    **{key: KeyForm() for key in (LAST_CHARGE_REASON, LAST_CHARGE_RESULT)},
    CHARGING_POWER: KeyForm(unit="W"),
    CHARGING_VOLTAGE: KeyForm(unit="V"),
    CHARGING_CURRENT: KeyForm(unit="A"),
    **{key: KeyForm(unit="min") for key in (TIME_REMAINING, TIME_TO_FULL)},
    **{key: KeyForm() for key in (PORT_STATUS, PORT_TEXT, PORT_DC, PORT_EVENT, FLAP_LOCKED)},
    **{key: KeyForm() for key in (PORT_IS_PLUGGED, PORT_REAR_RIGHT)},
    **{key: KeyForm(is_streamable=False) for key in (PORT_COMBINED, PORT_LOCKED)},
    **{key: KeyForm() for key in (PROFILE_CLIMATE, PROFILE_PREFERENCE)},
    **{timer(name, "action"): KeyForm() for name in (*TIMERS, TIMER_FOR_ONCE)},
    **{timer(name, "hour"): KeyForm(unit="h") for name in (*TIMERS, TIMER_FOR_ONCE)},
    **{timer(name, "minute"): KeyForm(unit="min") for name in (*TIMERS, TIMER_FOR_ONCE)},
}

WITH_TANK: dict[str, KeyForm] = {
    FUEL_LEVEL: KeyForm(unit="%"),
    FUEL_LITRES: KeyForm(unit="l", is_unit_sent=False),
    COOLANT: KeyForm(unit="Celsius"),
    LIFETIME_FUEL: KeyForm(unit="l", is_streamable=False),
}
