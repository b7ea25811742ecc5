"""Signals of driving: range, fuel, distance, motion, speed, consumption, position."""

from typing import Final

from bimmerhub.domain.signals.forms import flag, number

_LOCATION: Final = "cabin.infotainment.navigation.currentLocation"

DRIVING_SIGNALS: Final = (
    number(
        "electric_range_km",
        "km",
        "Distance that the battery is good for",
        "drivetrain.electricEngine.kombiRemainingElectricRange",
        "drivetrain.electricEngine.remainingElectricRange",
        zero="absent_without_battery",
    ),
    number(
        "total_range_km",
        "km",
        "Distance that battery and fuel together are good for",
        "drivetrain.lastRemainingRange",
        "drivetrain.totalRemainingRange",
        zero="absent_beside_electric_range",
    ),
    number(
        "range_at_target_km",
        "km",
        "Electric range once charged to the target",
        "powertrain.electric.range.target",
        zero="absent_without_battery",
    ),
    number("fuel_percent", "%", "Fuel level", "drivetrain.fuelSystem.level", zero="absent_without_tank"),
    number(
        "fuel_l",
        "l",
        "Fuel in the tank; up to 6 l off",
        "drivetrain.fuelSystem.remainingFuel",
        zero="absent_without_tank",
    ),
    number(
        "odometer_km",
        "km",
        "Distance driven since new",
        "vehicle.travelledDistance",
        "trip.segment.end.travelledDistance",
    ),
    flag("is_moving", "The vehicle moves; false at each red light", "isMoving"),
    flag("is_ignition_on", "The ignition is on", "drivetrain.engine.isIgnitionOn"),
    flag("is_engine_running", "The engine, or the electric drive, is on", "drivetrain.engine.isActive"),
    number("average_speed_kmh", "km/h", "Average speed", "vehicle.avgSpeed"),
    number("speed_lower_bound_kmh", "km/h", "Speed is at least this", "vehicle.speedRange.lowerBound"),
    number("speed_upper_bound_kmh", "km/h", "Speed is at most this", "vehicle.speedRange.upperBound"),
    number("coolant_temperature_c", "°C", "Coolant of the engine", "drivetrain.internalCombustionEngine.engine.ect"),
    number("auxiliary_power_kw", "kW", "Power of heating, cooling and electronics", "vehicle.avgAuxPower"),
    number(
        "average_consumption_kwh_per_100km",
        "kWh/100km",
        "Average consumption of the electric drive",
        "drivetrain.avgElectricRangeConsumption",
        zero="absent",
    ),
    number("latitude_deg", "deg", "North of the equator, paired with longitude_deg", f"{_LOCATION}.latitude"),
    number("longitude_deg", "deg", "East of Greenwich, paired with latitude_deg", f"{_LOCATION}.longitude"),
    number("heading_deg", "deg", "Direction the vehicle points to, clockwise from north", f"{_LOCATION}.heading"),
    number("altitude_m", "m", "Height above sea level", f"{_LOCATION}.altitude"),
)
