"""Quantities of a car's truth as CarData's keys and values, rounded as BMW rounds them.

Keys that a model does not have are left out later, by the voice.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bimmerhub.emulator.cardata.voice import charging_words, keys, service_forms, trip_words
from bimmerhub.emulator.cardata.voice.dialects import Dialect
from bimmerhub.emulator.cardata.voice.keys import OPENINGS, WINDOWS, tyre
from bimmerhub.emulator.cardata.voice.message import Value
from bimmerhub.emulator.cars.machine.service_plan import WARN_KM
from bimmerhub.emulator.cars.owner_wishes import ProfileTruth
from bimmerhub.emulator.cars.records import DrivingManner
from bimmerhub.emulator.cars.states import SUNROOF, ClimateActivity, LockState, StarterHealth, WindowState
from bimmerhub.emulator.cars.truth import (
    ChargingFlow,
    ChargingTruth,
    ClimateTruth,
    DisplaySettings,
    DriveFigures,
    Latitude,
    Levels,
    LifetimeFuel,
    Locking,
    Longitude,
    Motion,
    Odometer,
    OpenedOrClosed,
    Openings,
    PlugTruth,
    PredictedLevel,
    Quantity,
    SatelliteFix,
    SatelliteView,
    Sensors,
    TripEnd,
)
from bimmerhub.emulator.cars.workshop import ServiceCalls, ServiceTruth
from bimmerhub.times import MINUTE_MS, SECOND_MS

Values = dict[str, Value]
"""Values by key, as measured at one time."""

_LOW_STARTER_PERCENT = 50
_STARTER_CODES: Mapping[StarterHealth, int] = {
    StarterHealth.OK: 200,
    StarterHealth.LIMITED: 140,
    StarterHealth.INADEQUATE: 110,
    StarterHealth.WORN_OUT: 80,
}
_LOCK_WORDS: Mapping[LockState, str] = {
    LockState.UNLOCKED: "UNLOCKED",
    LockState.SELECTIVE: "SELECTIVE-LOCKED",
    LockState.LOCKED: "LOCKED",
    LockState.SECURED: "SECURED",
}
_WINDOW_WORDS: Mapping[WindowState, str] = {
    WindowState.CLOSED: "CLOSED",
    WindowState.TILTED: "INTERMEDIATE",
    WindowState.AJAR: "INTERMEDIATE",
    WindowState.OPEN: "OPEN",
}
_CLIMATE_WORDS: Mapping[ClimateActivity, tuple[str, str]] = {
    ClimateActivity.STANDBY: ("standby", "NOT_ACTIVE"),
    ClimateActivity.HEATING: ("heating", "COMFORT_HEATING"),
    ClimateActivity.COOLING: ("cooling", "COMFORT_COOLING"),
    ClimateActivity.VENTILATION: ("ventilation", "COMFORT_VENTILATION"),
}


def put_into_words(quantities: Iterable[Quantity], dialect: Dialect) -> Values:
    """Return what quantities are in CarData's keys; of a key that several of them give, the last one's value."""
    values: Values = {}
    for quantity in quantities:
        if isinstance(quantity, Openings):
            values |= _openings(quantity, dialect)
        elif isinstance(quantity, OpenedOrClosed):
            values |= _opened_or_closed(quantity, dialect)
        else:
            values |= _WORDINGS[type(quantity)](quantity)
        if isinstance(quantity, Levels):
            values |= dialect.beside_levels
    return values | {key: value for key, value in dialect.instead.items() if key in values}


def _latitude(latitude: Latitude) -> Values:
    return {keys.LATITUDE: round(latitude.latitude_deg, 6)}


def _longitude(longitude: Longitude) -> Values:
    return {keys.LONGITUDE: round(longitude.longitude_deg, 6)}


def _satellites(view: SatelliteView) -> Values:
    values: Values = {} if view.heading_deg is None else {keys.HEADING: view.heading_deg}
    return values | {keys.ALTITUDE: round(view.altitude_m), keys.SATELLITES: view.satellites}


def _fix(fix: SatelliteFix) -> Values:
    return {keys.FIX_STATUS: f"GPS_FIX_{fix.dimensions}D"}


def _odometer(odometer: Odometer) -> Values:
    return {keys.ODOMETER: round(odometer.odometer_km)}


def _levels(levels: Levels) -> Values:
    values: Values = {}
    electric_km, fuel_km = round(levels.electric_range_km or 0.0), round(levels.fuel_range_km or 0.0)
    if levels.soc_percent is not None and levels.missing_kwh is not None:
        soc = round(levels.soc_percent)
        values |= {keys.SOC_HEADER: soc, keys.SOC_DISPLAYED: soc, keys.SOC_PREDICTED: float(soc)}
        values |= {keys.ELECTRIC_RANGE: electric_km, keys.ELECTRIC_RANGE_ESTIMATE: electric_km}
        values[keys.ENERGY_TO_FULL] = round(levels.missing_kwh, 1)
    if levels.fuel_l is not None and levels.fuel_percent is not None:
        values |= {keys.FUEL_LEVEL: round(levels.fuel_percent), keys.FUEL_LITRES: round(levels.fuel_l)}
    return values | {keys.TOTAL_RANGE: electric_km + fuel_km}


def _predicted_level(level: PredictedLevel) -> Values:
    return {keys.SOC_PREDICTED: float(min(100, round(level.soc_percent)))}


def _motion(motion: Motion) -> Values:
    values: Values = {keys.IS_MOVING: motion.is_moving, keys.IGNITION: motion.is_on, keys.ENGINE: motion.is_on}
    return values | {keys.LIGHTS: motion.are_lights_on}


def _sensors(sensors: Sensors) -> Values:
    """Return tyres, 12 V battery, coolant and seat; pressures come in steps of 10 kPa (observed)."""
    values: Values = {}
    for measured in sensors.tyres:
        values[tyre(measured.wheel, "temperature")] = round(measured.celsius)
        values[tyre(measured.wheel, "pressure")] = round(measured.pressure_kpa / 10) * 10
        values[tyre(measured.wheel, "pressureTarget")] = round(measured.target_kpa / 10) * 10
    starter = sensors.starter
    values |= {keys.STARTER_VOLTAGE: starter.volts, keys.STARTER_BATTERY: starter.percent}
    values[keys.STARTER_RECHARGE] = int(starter.percent < _LOW_STARTER_PERCENT)
    values |= {keys.STARTER_REPLACE: _STARTER_CODES[starter.health], keys.DEEP_SLEEP: starter.is_deep_asleep}
    return values | {keys.COOLANT: round(sensors.coolant_celsius), keys.SEAT_HEATING: sensors.seat_heating_percent}


def _openings(openings: Openings, dialect: Dialect) -> Values:
    opened, closed = dialect.opened
    values: Values = {key: opened if name in openings.open_names else closed for name, key in OPENINGS.items()}
    for name, key in WINDOWS.items():
        values[key] = _WINDOW_WORDS[openings.windows.get(name, WindowState.CLOSED)]
    sunroof = _WINDOW_WORDS[openings.windows.get(SUNROOF, WindowState.CLOSED)]
    return values | {keys.SUNROOF: sunroof, keys.TRUNK_LOCKED: openings.is_trunk_locked}


def _opened_or_closed(change: OpenedOrClosed, dialect: Dialect) -> Values:
    if change.name in WINDOWS:
        return {WINDOWS[change.name]: _WINDOW_WORDS[WindowState.OPEN if change.is_open else WindowState.CLOSED]}
    return {OPENINGS[change.name]: dialect.opened[0 if change.is_open else 1]}


def _lock(locking: Locking) -> Values:
    word = _LOCK_WORDS[locking.lock]
    alarm = "doorsTiltCabin" if locking.lock is LockState.SECURED else "unarmed"
    return {
        keys.DOORS_LOCK: word,
        keys.LOCK_BY_REST: word,
        keys.ALARM: alarm,
        keys.ALARM_IS_ON: False,
    }


def _climate(climate: ClimateTruth) -> Values:
    activity, comfort = _CLIMATE_WORDS[climate.activity]
    values: Values = {keys.CLIMATE: activity, keys.COMFORT: comfort, keys.CLIMATE_ERROR: "OK"}
    values[keys.CLIMATE_MINUTES] = -(-climate.remaining_ms // MINUTE_MS)
    return values | {keys.COMFORT_SECONDS: climate.remaining_ms // SECOND_MS}


def _service(service: ServiceTruth) -> Values:
    values: Values = {
        keys.SERVICES: service_forms.format_services(service),
        keys.SERVICES_COUNT: len(service.due),
        keys.CHECK_CONTROL: service_forms.format_check_control(service),
        keys.KM_A_DAY: round(service.km_a_day),
        keys.KM_A_WEEK: round(7 * service.km_a_day),
        keys.SERVICE_DISTANCE: service.next_km,
        keys.SERVICE_WARN_DISTANCE: WARN_KM,
        keys.SERVICE_WARN_WEEKS: service_forms.WARN_WEEKS,
        keys.INSPECTION_DATE: service_forms.format_inspection(service.inspection_month),
        keys.INSPECTION_WARN_MONTHS: service_forms.INSPECTION_WARN_MONTHS,
        keys.TROUBLE_CODES: service_forms.format_fault_memory(service.fault_memory),
        keys.TIME_SETTING: "summertime" if service.is_summer_time else "wintertime",
    }
    if service.battery is not None:
        battery = service.battery
        values |= {keys.STATE_OF_HEALTH: battery.health_percent, keys.MAX_ENERGY: round(battery.usable_kwh, 1)}
        values[keys.BATTERY_SIZE] = battery.size_kwh
    return values


def _display(display: DisplaySettings) -> Values:
    words = ("miles", "MILES") if display.is_in_miles else ("km", "KILOMETERS")
    return dict(zip((keys.DISPLAY_UNIT, keys.HEAD_UNITS_UNIT), words, strict=True))


def _lifetime_fuel(fuel: LifetimeFuel) -> Values:
    return {keys.LIFETIME_FUEL: fuel.litres}


_WORDINGS: Mapping[type, Callable[[Any], Values]] = {
    Latitude: _latitude,
    Longitude: _longitude,
    SatelliteView: _satellites,
    SatelliteFix: _fix,
    Odometer: _odometer,
    Levels: _levels,
    PredictedLevel: _predicted_level,
    Motion: _motion,
    DriveFigures: trip_words.put_drive_into_words,
    Sensors: _sensors,
    Locking: _lock,
    ClimateTruth: _climate,
    PlugTruth: charging_words.put_plug_into_words,
    ChargingFlow: charging_words.put_flow_into_words,
    ChargingTruth: charging_words.put_charging_into_words,
    ServiceTruth: _service,
    ServiceCalls: service_forms.format_service_calls,
    TripEnd: trip_words.put_trip_end_into_words,
    DrivingManner: trip_words.put_manner_into_words,
    LifetimeFuel: _lifetime_fuel,
    DisplaySettings: _display,
    ProfileTruth: charging_words.put_profile_into_words,
}
"""How each kind of quantity is put into words, but for openings, whose words differ by model."""
