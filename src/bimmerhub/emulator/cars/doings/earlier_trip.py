"""The last trip of a car before its simulated life began: services that show a last trip always have one."""

from bimmerhub.emulator.cars.instruments import USUAL_LITRES_PER_100KM
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.records import DrivingManner, TripTruth
from bimmerhub.emulator.cars.world.roads import point_at
from bimmerhub.times import HOUR_MS, MINUTE_MS

LENGTH_KM, MINUTES, ENDED_BEFORE_MS = 18.4, 27, 2 * HOUR_MS


def sum_up_earlier_trip(body: CarBody, start_ms: int) -> TripTruth:
    """Return a trip that ended two hours before `start_ms` where the car stands then."""
    model, end_ms = body.model, start_ms - ENDED_BEFORE_MS
    from_latitude, from_longitude = point_at(body.place.at, km=LENGTH_KM * 0.8, bearing_deg=body.parked_heading_deg)
    energy_kwh = model.kwh_per_100km * LENGTH_KM / 100
    soc_percent = round(body.stored_kwh / model.battery_kwh * 100) if model.battery_kwh else 0
    used_percent = round(energy_kwh / model.battery_kwh * 100) if model.battery_kwh else 0
    return TripTruth(
        start_ms=end_ms - MINUTES * MINUTE_MS,
        end_ms=end_ms,
        distance_km=LENGTH_KM,
        odometer_start_km=round(body.odometer_km - LENGTH_KM, 3),
        odometer_end_km=round(body.odometer_km, 3),
        energy_kwh=round(energy_kwh, 3),
        fuel_l=0.0 if model.battery_kwh else round(model.litres_per_100km * LENGTH_KM / 100, 3),
        soc_start_percent=min(100, soc_percent + used_percent),
        soc_end_percent=soc_percent,
        from_place=f"{model.vin[-4:]} earlier",
        to_place=body.place.name,
        start_latitude_deg=from_latitude,
        start_longitude_deg=from_longitude,
        end_latitude_deg=body.place.at[0],
        end_longitude_deg=body.place.at[1],
        manner=_usual_manner(model.kwh_per_100km) if model.battery_kwh else None,
    )


def _usual_manner(kwh_per_100km: float) -> DrivingManner:
    return DrivingManner(
        acceleration_stars=3.4,
        braking_stars=3.7,
        recuperation_kwh_per_100km=3.1,
        consumption_kwh_per_100km=kwh_per_100km,
        comfort_kwh=0.4,
        eco_percent=25.0,
        eco_plus_percent=4.0,
        electric_percent=100.0,
        electric_km=LENGTH_KM,
        saved_fuel_l=LENGTH_KM * USUAL_LITRES_PER_100KM / 100,
        efficiency=0.72,
        thrift=0.81,
        comfort_thrift=0.77,
        eco_mode=0.29,
    )
