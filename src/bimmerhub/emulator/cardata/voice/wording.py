"""What a car says of itself: values by key, all true at one moment.

Keys that a model does not know are left out by its voice.
"""

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.keys import OPENINGS, WINDOWS, tyre
from bimmerhub.emulator.cardata.voice.voice import Told
from bimmerhub.emulator.cars.machine import service_plan as service
from bimmerhub.emulator.cars.machine.car_body import Body
from bimmerhub.emulator.cars.world.agenda import MINUTE_MS, SECOND_MS
from bimmerhub.emulator.cars.world.localtime import HOUR_MS, date_of, utc_offset_ms
from bimmerhub.emulator.cars.world.weather import is_dark

AC_VOLTS = 230
USABLE_SHARE = 0.97
DAY_MS = 86_400_000
_COMFORT = {
    "standby": "NOT_ACTIVE",
    "heating": "COMFORT_HEATING",
    "cooling": "COMFORT_COOLING",
    "ventilation": "COMFORT_VENTILATION",
}


def position(body: Body, at_ms: int) -> Told:
    """Return what the satellites tell."""
    latitude, longitude = body.position(at_ms)
    told: Told = {keys.LATITUDE: round(latitude, 6), keys.LONGITUDE: round(longitude, 6)}
    if body.drive is not None:
        told[keys.HEADING] = body.drive.route.heading_at(body.drive.elapsed_s(at_ms))
    told[keys.ALTITUDE] = round(173 + 400 * (latitude - 50.7) + 250 * (longitude - 6.08))
    told[keys.SATELLITES] = 7 + at_ms // 30_000 * 7 % 8
    return told


def levels(body: Body, at_ms: int) -> Told:
    """Return odometer, charge level, tank and ranges."""
    odometer_km, stored_kwh, fuel_l = body.levels(at_ms)
    model = body.model
    electric_km, fuel_km = (round(km) for km in body.reach_km(at_ms))
    told: Told = {keys.ODOMETER: round(odometer_km)}
    if model.battery_kwh:
        soc = round(stored_kwh / model.battery_kwh * 100)
        told |= {keys.SOC_HEADER: soc, keys.SOC_DISPLAYED: soc, keys.SOC_PREDICTED: float(soc)}
        told |= {keys.ELECTRIC_RANGE: electric_km, keys.ELECTRIC_RANGE_ESTIMATE: electric_km}
        told[keys.ENERGY_TO_FULL] = round(model.battery_kwh - stored_kwh, 1)
    if model.tank_l:
        told |= {keys.FUEL_LEVEL: round(fuel_l / model.tank_l * 100), keys.FUEL_LITRES: round(fuel_l)}
    told[keys.TOTAL_RANGE] = electric_km + fuel_km
    return told


def motion(body: Body, at_ms: int) -> Told:
    """Return whether it moves, ignition, engine and lights."""
    is_on = body.drive is not None and at_ms >= body.drive.start_ms
    told: Told = {keys.IS_MOVING: body.is_moving(at_ms), keys.IGNITION: is_on, keys.ENGINE: is_on}
    return told | {keys.LIGHTS: is_on and is_dark(at_ms)}


def road(body: Body, at_ms: int) -> Told:
    """Return what the drive under way is like; nothing when there is none."""
    drive = body.drive
    if drive is None:
        return {}
    elapsed_s = max(drive.elapsed_s(at_ms), 1.0)
    kmh = drive.route.speed_kmh_at(elapsed_s)
    told: Told = {keys.AVERAGE_SPEED: round(drive.route.km_at(elapsed_s) / elapsed_s * 3600)}
    told[keys.AUXILIARY_POWER] = round(0.4 + 9.0 * (drive.effort - 1.0) + at_ms // 60_000 % 7 * 0.05, 2)
    return told | {keys.SPEED_FROM: int(kmh // 10 * 10), keys.SPEED_TO: int(kmh // 10 * 10 + 10)}


def sensors(body: Body, at_ms: int) -> Told:
    """Return tyres, 12 V battery, coolant and seat."""
    celsius, warmth, tyres = body.air_celsius(at_ms), body.tyres.warmth_celsius(at_ms), body.tyres
    told: Told = {}
    for wheel in tyres.wheels:
        told[tyre(wheel, "temperature")] = round(celsius + warmth)
        told[tyre(wheel, "pressure")] = _tens(tyres.pressure_kpa(wheel, at_ms, celsius=celsius + warmth))
        told[tyre(wheel, "pressureTarget")] = _tens(tyres.target_kpa(celsius + warmth))
    parked_days, is_awake = body.parked_days(at_ms), body.is_awake(at_ms)
    starter = body.starter
    told[keys.STARTER_VOLTAGE] = starter.volts(at_ms, parked_days=parked_days, celsius=celsius, is_awake=is_awake)
    level = starter.percent(at_ms, parked_days=parked_days, is_awake=is_awake)
    told |= {keys.STARTER_BATTERY: level, keys.STARTER_RECHARGE: int(level < 50)}  # noqa: PLR2004
    told[keys.STARTER_REPLACE] = starter.health(at_ms)
    told[keys.DEEP_SLEEP] = starter.is_deep_asleep(at_ms, parked_days=parked_days)
    told[keys.COOLANT] = round(celsius + min(1.0, warmth / 12) * (88 - celsius))
    told[keys.SEAT_HEATING] = 60 if body.drive is not None and celsius < 6 else 0  # noqa: PLR2004 - cold
    return told


def cabin(body: Body) -> Told:
    """Return doors, lids, windows and locks."""
    opened, closed = body.model.opened
    inside = body.cabin
    told: Told = {key: opened if key in inside.open_keys else closed for key in OPENINGS.values()}
    told |= {key: inside.windows.get(key, "CLOSED") for key in WINDOWS.values()}
    told |= {keys.SUNROOF: "CLOSED", keys.TRUNK_LOCKED: inside.lock != "UNLOCKED"}
    return told | locks(body)


def locks(body: Body) -> Told:
    """Return whether it is locked, and armed."""
    lock = body.cabin.lock
    told: Told = {keys.DOORS_LOCK: lock, keys.LOCK_BY_REST: lock.replace("_", "-")}
    return told | {keys.ALARM: "doorsTiltCabin" if lock == "SECURED" else "unarmed", keys.ALARM_IS_ON: False}


def climate(body: Body, at_ms: int) -> Told:
    """Return whether the cabin is heated or cooled for someone who comes."""
    activity = body.cabin.climate
    left_ms = max(0, body.cabin.climate_until_ms - at_ms) if activity != "standby" else 0
    told: Told = {keys.CLIMATE: activity, keys.COMFORT: _COMFORT[activity], keys.CLIMATE_ERROR: "OK"}
    return told | {keys.CLIMATE_MINUTES: -(-left_ms // MINUTE_MS), keys.COMFORT_SECONDS: left_ms // SECOND_MS}


def port(body: Body) -> Told:
    """Return what is plugged in."""
    socket = body.socket
    word = "CONNECTED" if socket.is_plugged else "DISCONNECTED"
    told: Told = dict.fromkeys((keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_COMBINED, keys.CONNECTOR), word)
    told |= dict.fromkeys((keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT), socket.is_plugged)
    told[keys.PORT_DC] = "CONNECTED" if socket.is_plugged and socket.is_dc else "DISCONNECTED"
    told[keys.PORT_LOCKED] = "CHARGING_CABLE_LOCKED" if socket.is_plugged else "CHARGING_CABLE_NOT_LOCKED"
    return told | {keys.PORT_EVENT: socket.plug_events, keys.FLAP_LOCKED: not socket.is_plugged}


def flow(body: Body, at_ms: int) -> Told:
    """Return how fast the battery fills, and until when."""
    charge = body.charge
    power_w = round(charge.power_at(at_ms) * 100) * 10 if charge is not None else 0
    minutes = charge.minutes_left(at_ms) if charge is not None and power_w else 0
    volts = AC_VOLTS if power_w and charge is not None and not charge.is_dc else 0
    told: Told = {keys.CHARGING_POWER: power_w, keys.TIME_REMAINING: minutes, keys.TIME_TO_FULL: minutes}
    told[keys.CHARGING_VOLTAGE] = volts
    return told | {keys.CHARGING_CURRENT: round(power_w / volts / body.model.ac_phases) if volts else 0}


def charging(body: Body, at_ms: int) -> Told:
    """Return the charge under way, or that there is none.

    BMW's words for the method know AC plugs only (catalogue).
    """
    socket, charge, model = body.socket, body.charge, body.model
    is_ac = charge is not None and not charge.is_dc
    told: Told = {keys.CHARGING_STATUS: socket.status, keys.HV_STATUS: socket.hv_status}
    told |= {keys.CHARGING_PHASES: socket.phases, keys.SOC_TARGET: socket.goal_percent}
    told |= {keys.CHARGING_METHOD: "AC_TYPE2PLUG" if is_ac else "NOCHARGING"}
    told |= {keys.LAST_CHARGE_REASON: socket.end_reason, keys.LAST_CHARGE_RESULT: socket.result}
    reach_km = model.battery_kwh * socket.goal_percent / (model.kwh_per_100km * body.effort(at_ms))
    return told | flow(body, at_ms) | {keys.RANGE_AT_TARGET: round(reach_km)}


def wear(body: Body, at_ms: int) -> Told:
    """Return what workshops want to know."""
    told: Told = {keys.SERVICES: service.conditions(body, at_ms), keys.SERVICES_COUNT: len(service.items_of(body))}
    told |= {keys.CHECK_CONTROL: service.check_control(body, at_ms), keys.KM_A_DAY: 41}
    told[keys.SERVICE_DISTANCE] = service.next_km(body, body.levels(at_ms)[0])
    told |= {keys.SERVICE_WARN_DISTANCE: service.WARN_KM, keys.SERVICE_WARN_WEEKS: service.WARN_WEEKS}
    told |= {keys.INSPECTION_DATE: service.inspection_date(body, at_ms)}
    told |= {keys.INSPECTION_WARN_MONTHS: service.INSPECTION_WARN_MONTHS}
    told |= {keys.TROUBLE_CODES: service.trouble_codes(body, at_ms)}
    told |= {keys.TIME_SETTING: "summertime" if utc_offset_ms(at_ms) > HOUR_MS else "wintertime"}
    if body.model.battery_kwh:
        told |= {keys.STATE_OF_HEALTH: 97, keys.MAX_ENERGY: round(body.model.battery_kwh * USABLE_SHARE, 1)}
        told |= {keys.BATTERY_SIZE: body.model.size_kwh}
    return told


def trip_end(body: Body, at_ms: int) -> Told:
    """Return where and with how much the last drive ended, when that was at `at_ms`."""
    second = at_ms // SECOND_MS
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    told: Told = {keys.ODOMETER_AT_TRIP_END: round(body.odometer_km)}
    told[keys.TIME_AT_TRIP_END] = f"{date_of(at_ms // DAY_MS):%d.%m.%Y} {clock} UTC"
    if body.model.battery_kwh:
        told[keys.SOC_AT_TRIP_END] = round(body.soc_percent(at_ms))
    return told


def everything(body: Body, at_ms: int) -> Told:
    """Return all that this car can say at a moment."""
    told = position(body, at_ms) | levels(body, at_ms) | motion(body, at_ms) | road(body, at_ms)
    told |= sensors(body, at_ms) | cabin(body) | climate(body, at_ms) | wear(body, at_ms)
    told[keys.FIX_STATUS] = "GPS_FIX_3D"
    if body.model.battery_kwh:
        told |= port(body) | charging(body, at_ms)
    return told


def _tens(kpa: float) -> int:
    return round(kpa / 10) * 10
