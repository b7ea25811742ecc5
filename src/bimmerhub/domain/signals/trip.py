"""Signals of the last trip as BMW sums it up at its end, and of the distance of a usual week."""

from typing import Final

from bimmerhub.domain.signals.forms import number, text
from bimmerhub.domain.vendor_times import vendor_instant

_ENDED: Final = "trip.segment.end"
_TRIP: Final = "trip.segment.accumulated"
_SETTING: Final = f"{_TRIP}.drivetrain.transmission.setting"


TRIP_SIGNALS: Final = (
    text("last_trip_ended", "When the last trip ended", f"{_ENDED}.time", parse=vendor_instant),
    number(
        "last_trip_soc_percent",
        "%",
        "Charge level at the end of the last trip",
        f"{_ENDED}.drivetrain.batteryManagement.hvSoc",
        needs_battery=True,
    ),
    number("last_trip_odometer_km", "km", "Odometer at the end of the last trip", f"{_ENDED}.travelledDistance"),
    number(
        "last_trip_electric_percent",
        "%",
        "Share of the last trip driven electrically",
        f"{_SETTING}.fractionDriveElectric",
    ),
    number("last_trip_eco_percent", "%", "Share of the last trip in ECO mode", f"{_SETTING}.fractionDriveEcoPro"),
    number(
        "last_trip_eco_plus_percent",
        "%",
        "Share of the last trip in ECO PLUS mode",
        f"{_SETTING}.fractionDriveEcoProPlus",
    ),
    number(
        "last_trip_comfort_energy_kwh",
        "kWh",
        "Energy for comfort on the last trip",
        f"{_TRIP}.drivetrain.electricEngine.energyConsumptionComfort",
    ),
    number(
        "last_trip_recuperation_kwh_per_100km",
        "kWh/100km",
        "Energy won back on the last trip",
        f"{_TRIP}.drivetrain.electricEngine.recuperationTotal",
    ),
    number(
        "last_trip_acceleration_stars",
        "stars",
        "How gently the last trip accelerated, 0 to 5",
        f"{_TRIP}.acceleration.starsAverage",
    ),
    number(
        "last_trip_anticipation_stars",
        "stars",
        "How far ahead the driver looked, 0 to 5",
        f"{_TRIP}.chassis.brake.starsAverage",
    ),
    number(
        "weekly_distance_km",
        "km",
        "Distance of a week, of late",
        "vehicle.averageWeeklyDistanceShortTerm",
        zero="absent",
    ),
    number(
        "weekly_distance_long_term_km",
        "km",
        "Distance of a week, since new",
        "vehicle.averageWeeklyDistanceLongTerm",
        zero="absent",
    ),
)
