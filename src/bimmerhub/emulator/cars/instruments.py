"""Reads quantities of the truth off a car; nothing here changes it."""

from math import inf

from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.records import DrivingManner
from bimmerhub.emulator.cars.states import LockState
from bimmerhub.emulator.cars.truth import (
    ChargingFlow,
    ChargingTruth,
    ClimateTruth,
    DisplaySettings,
    DriveFigures,
    Latitude,
    Levels,
    Locking,
    Longitude,
    Motion,
    Odometer,
    Openings,
    PlugTruth,
    Quantity,
    SatelliteFix,
    SatelliteView,
    Sensors,
    StarterTruth,
    TripEnd,
    TyreTruth,
)
from bimmerhub.emulator.cars.workshop_readings import read_service, read_service_calls
from bimmerhub.emulator.cars.world.weather import is_dark
from bimmerhub.times import MINUTE_MS

AC_VOLTS = 230
USUAL_LITRES_PER_100KM = 6.5
"""What a car with an engine would burn instead."""
COLD_SEAT_CELSIUS, SEAT_HEATING_PERCENT = 6, 60


def read_latitude(body: CarBody, at_ms: int) -> Latitude:
    """Return how far north the car is."""
    return Latitude(latitude_deg=body.position(at_ms)[0])


def read_longitude(body: CarBody, at_ms: int) -> Longitude:
    """Return how far east the car is."""
    return Longitude(longitude_deg=body.position(at_ms)[1])


def read_position(body: CarBody, at_ms: int) -> tuple[Latitude, Longitude, SatelliteView]:
    """Return all that satellites tell; the ground rises to the north-east."""
    latitude, longitude = body.position(at_ms)
    drive = body.drive
    view = SatelliteView(
        heading_deg=None if drive is None else drive.route.heading_at(drive.elapsed_s(at_ms)),
        altitude_m=173 + 400 * (latitude - 50.7) + 250 * (longitude - 6.08),
        satellites=7 + at_ms // 30_000 * 7 % 8,
    )
    return Latitude(latitude_deg=latitude), Longitude(longitude_deg=longitude), view


def read_odometer(body: CarBody, at_ms: int) -> Odometer:
    """Return how far the car has been driven."""
    return Odometer(odometer_km=body.levels(at_ms)[0])


def read_levels(body: CarBody, at_ms: int) -> Levels:
    """Return battery, tank and ranges."""
    _, stored_kwh, fuel_l = body.levels(at_ms)
    electric_km, fuel_km = body.reach_km(at_ms)
    battery_kwh, tank_l = body.model.battery_kwh, body.model.tank_l
    return Levels(
        soc_percent=stored_kwh / battery_kwh * 100 if battery_kwh else None,
        missing_kwh=battery_kwh - stored_kwh if battery_kwh else None,
        electric_range_km=electric_km if battery_kwh else None,
        fuel_l=fuel_l if tank_l else None,
        fuel_percent=fuel_l / tank_l * 100 if tank_l else None,
        fuel_range_km=fuel_km if tank_l else None,
        full_electric_range_km=body.full_reach_km(at_ms) if battery_kwh else None,
    )


def ac_limit_kw(body: CarBody) -> float:
    """Return the most that the car draws with AC: all that it can, unless its people have limited the current."""
    settings = body.memory.charging_settings
    limit_kw = settings.ac_limit_a * AC_VOLTS * body.model.ac_phases / 1000
    return limit_kw if settings.is_limited else inf


def read_motion(body: CarBody, at_ms: int) -> Motion:
    """Return whether it is driven, moves, and shows lights."""
    is_on = body.drive is not None and at_ms >= body.drive.start_ms
    return Motion(
        is_driven=body.drive is not None,
        is_on=is_on,
        is_moving=body.is_moving(at_ms),
        are_lights_on=(is_on and is_dark(at_ms)) or at_ms < body.memory.flashes_until_ms,
    )


def read_drive(body: CarBody, at_ms: int) -> DriveFigures | None:
    """Return what the drive under way is like, None when there is none."""
    drive = body.drive
    if drive is None:
        return None
    elapsed_s = max(drive.elapsed_s(at_ms), 1.0)
    return DriveFigures(
        average_kmh=drive.route.km_at(elapsed_s) / elapsed_s * 3600,
        speed_kmh=drive.route.speed_kmh_at(elapsed_s),
        auxiliary_kw=0.4 + 9.0 * max(0.0, drive.effort - 1.0) + at_ms // MINUTE_MS % 7 * 0.05,
    )


def read_sensors(body: CarBody, at_ms: int) -> Sensors:
    """Return tyres, 12 V battery, coolant and seat."""
    celsius, warmth = body.air_celsius(at_ms), body.tyres.warmth_celsius(at_ms)
    tyres = tuple(
        TyreTruth(
            wheel=wheel,
            celsius=celsius + warmth,
            pressure_kpa=body.tyres.pressure_kpa(wheel, at_ms, celsius=celsius + warmth),
            target_kpa=body.tyres.target_kpa(celsius + warmth),
            cold_kpa=body.tyres.cold_kpa(wheel, at_ms),
        )
        for wheel in body.tyres.wheels
    )
    return Sensors(
        tyres=tyres,
        starter=_read_starter(body, at_ms, celsius=celsius),
        coolant_celsius=body.coolant_celsius(at_ms),
        seat_heating_percent=SEAT_HEATING_PERCENT if body.drive is not None and celsius < COLD_SEAT_CELSIUS else 0,
    )


def _read_starter(body: CarBody, at_ms: int, *, celsius: float) -> StarterTruth:
    parked_days, is_awake, starter = body.parked_days(at_ms), body.is_awake(at_ms), body.starter
    return StarterTruth(
        volts=starter.volts(at_ms, parked_days=parked_days, celsius=celsius, is_awake=is_awake),
        percent=starter.percent(at_ms, parked_days=parked_days, is_awake=is_awake),
        health=starter.health(at_ms),
        is_deep_asleep=starter.is_deep_asleep(at_ms, parked_days=parked_days),
    )


def read_openings(body: CarBody) -> Openings:
    """Return which doors, lids and windows are open."""
    cabin = body.cabin
    return Openings(
        names=frozenset(body.model.openings),
        open_names=frozenset(cabin.open_names),
        windows=dict(cabin.windows),
        is_trunk_locked=cabin.lock is not LockState.UNLOCKED,
        ajar_names=frozenset(cabin.ajar_names & cabin.open_names),
    )


def read_lock(body: CarBody) -> Locking:
    """Return how the car is locked."""
    return Locking(lock=body.cabin.lock)


def read_cabin(body: CarBody) -> tuple[Openings, Locking]:
    """Return what is open, and the lock."""
    return read_openings(body), read_lock(body)


def read_climate(body: CarBody, at_ms: int) -> ClimateTruth:
    """Return whether the cabin is heated or cooled for someone who comes."""
    cabin = body.cabin
    remaining_ms = max(0, cabin.climate_until_ms - at_ms) if cabin.is_conditioned else 0
    return ClimateTruth(activity=cabin.climate, remaining_ms=remaining_ms)


def read_plug(body: CarBody) -> PlugTruth:
    """Return what is plugged in."""
    socket = body.socket
    return PlugTruth(is_plugged=socket.is_plugged, is_dc=socket.is_plugged and socket.is_dc, plug_ins=socket.plug_ins)


def read_flow(body: CarBody, at_ms: int) -> ChargingFlow:
    """Return how fast the battery fills, and until when."""
    charge, phases = body.charge, body.model.ac_phases
    if charge is None:
        return ChargingFlow(power_kw=0.0, minutes_left=0, ac_volts=0, ac_phases=phases)
    return ChargingFlow(
        power_kw=charge.power_at(at_ms),
        minutes_left=charge.minutes_left(at_ms),
        ac_volts=0 if charge.is_dc else AC_VOLTS,
        ac_phases=phases,
    )


def read_charging(body: CarBody, at_ms: int) -> ChargingTruth:
    """Return the charge under way, or that there is none."""
    socket, charge, model = body.socket, body.charge, body.model
    return ChargingTruth(
        state=socket.state,
        is_under_way=charge is not None,
        is_ac=charge is not None and not charge.is_dc,
        phases=socket.phases,
        goal_percent=socket.goal_percent,
        range_at_goal_km=model.battery_kwh * socket.goal_percent / (model.kwh_per_100km * body.effort(at_ms)),
        flow=read_flow(body, at_ms),
        last_end=socket.last_end,
        has_last_failed=socket.has_last_failed,
        waits_until_ms=socket.waits_until_ms,
    )


def read_trip_end(body: CarBody, at_ms: int) -> TripEnd:
    """Return where and with how much the last drive ended, when that was at `at_ms`."""
    soc_percent = body.soc_percent(at_ms) if body.model.battery_kwh else None
    mild = body.model.mild_soc_percent
    return TripEnd(
        ended_ms=at_ms,
        odometer_km=body.odometer_km,
        soc_percent=soc_percent,
        mild_soc_percent=None if mild is None else mild + (at_ms // MINUTE_MS % 9 - 4) * 0.5,
    )


def read_display(body: CarBody) -> DisplaySettings:
    """Return in which unit it shows distances."""
    return DisplaySettings(is_in_miles=body.model.is_in_miles)


def read_driving_manner(body: CarBody, drive: DriveUnderWay) -> DrivingManner:
    """Return how a drive that is over was driven; for a car with a traction battery."""
    model = body.model
    hours = max(drive.route.duration_s, 1.0) / 3600
    town_share = max(0.0, 1.0 - drive.route.length_km / hours / 120)
    electric_km = (drive.stored_kwh - body.stored_kwh) / (model.kwh_per_100km * drive.effort) * 100
    electric_share = min(1.0, max(0.0, electric_km / max(body.odometer_km - drive.odometer_km, 0.001)))
    driven_km = body.odometer_km - drive.odometer_km
    electric_percent = 100 * electric_share if model.tank_l else 100.0
    electric_driven_km = driven_km * electric_percent / 100
    return DrivingManner(
        electric_km=electric_driven_km,
        saved_fuel_l=electric_driven_km * USUAL_LITRES_PER_100KM / 100,
        efficiency=0.5 + 0.45 * drive.style,
        thrift=min(1.0, max(0.0, 2.0 - drive.effort)),
        comfort_thrift=min(1.0, max(0.0, 1.9 - drive.effort)),
        eco_mode=0.58 * drive.style,
        acceleration_stars=2.2 + 2.4 * drive.style,
        braking_stars=2.0 + 2.9 * drive.style,
        recuperation_kwh_per_100km=1.0 + 4.5 * town_share,
        consumption_kwh_per_100km=model.kwh_per_100km * drive.effort,
        comfort_kwh=min(10.0, 2.2 * (drive.effort - 0.9) * hours),
        eco_percent=50 * drive.style,
        eco_plus_percent=8 * drive.style,
        electric_percent=electric_percent,
    )


def read_everything(body: CarBody, at_ms: int) -> tuple[Quantity, ...]:
    """Return all that this car can tell at a moment."""
    drive = read_drive(body, at_ms)
    quantities: list[Quantity] = [*read_position(body, at_ms), read_odometer(body, at_ms), read_levels(body, at_ms)]
    quantities.append(read_motion(body, at_ms))
    quantities += [] if drive is None else [drive]
    quantities += [read_sensors(body, at_ms), *read_cabin(body), read_climate(body, at_ms)]
    quantities += [read_service(body, at_ms), read_service_calls(body)]
    quantities += [SatelliteFix(dimensions=3), read_display(body)]
    if body.model.battery_kwh:
        quantities += [read_plug(body), read_charging(body, at_ms)]
    return tuple(quantities)
