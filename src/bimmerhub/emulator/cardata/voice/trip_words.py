"""A drive, and what is summed up when it is over, as CarData's keys and values."""

from bimmerhub.emulator.cardata.voice import keys, service_forms
from bimmerhub.emulator.cardata.voice.message import Value
from bimmerhub.emulator.cars.records import DrivingManner
from bimmerhub.emulator.cars.truth import DriveFigures, TripEnd


def put_drive_into_words(drive: DriveFigures) -> dict[str, Value]:
    """Return the drive's figures; the speed comes as a range of 10 km/h."""
    slowest_kmh = int(drive.speed_kmh // 10 * 10)
    return {
        keys.AVERAGE_SPEED: round(drive.average_kmh),
        keys.AUXILIARY_POWER: round(drive.auxiliary_kw, 2),
        keys.SPEED_FROM: slowest_kmh,
        keys.SPEED_TO: slowest_kmh + 10,
    }


def put_trip_end_into_words(trip: TripEnd) -> dict[str, Value]:
    """Return where the last drive ended; the level of a 48 V battery stands where a traction battery's would."""
    values: dict[str, Value] = {keys.ODOMETER_AT_TRIP_END: round(trip.odometer_km)}
    values[keys.TIME_AT_TRIP_END] = service_forms.format_time(trip.ended_ms, has_seconds=True)
    if trip.soc_percent is not None:
        values[keys.SOC_AT_TRIP_END] = round(trip.soc_percent)
    elif trip.mild_soc_percent is not None:
        values[keys.SOC_AT_TRIP_END] = trip.mild_soc_percent
    return values


def put_manner_into_words(manner: DrivingManner) -> dict[str, Value]:
    """Return how the last drive was driven."""
    return {
        keys.STARS_ACCELERATION: round(manner.acceleration_stars, 1),
        keys.STARS_BRAKING: round(manner.braking_stars, 1),
        keys.RECUPERATION: round(manner.recuperation_kwh_per_100km, 1),
        keys.CONSUMPTION: round(manner.consumption_kwh_per_100km, 1),
        keys.ENERGY_COMFORT: round(manner.comfort_kwh, 2),
        keys.SHARE_ECO: round(manner.eco_percent, 1),
        keys.SHARE_ECO_PLUS: round(manner.eco_plus_percent, 1),
        keys.SHARE_ELECTRIC: round(manner.electric_percent, 1),
    }
