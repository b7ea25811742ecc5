"""Signals of navigation, of the last trip, and of what the car wants done.

The texts of dates are ISO 8601 in UTC, whatever BMW wrote (`17.01.2027 00:00:00 UTC`).
"""

from typing import Final

from bimmerhub.domain.signals.conditions import read_check_control, read_conditions, read_trouble_codes
from bimmerhub.domain.signals.forms import flag, number, text
from bimmerhub.domain.vendor_times import parse_vendor_time

_DESTINATION: Final = "cabin.infotainment.navigation.destinationSet"
_ENDED: Final = "trip.segment.end"
_TRIP: Final = "trip.segment.accumulated"
_SETTING: Final = f"{_TRIP}.drivetrain.transmission.setting"
_CONDITIONS: Final = "status.conditionBasedServices"
_CHECK_CONTROL: Final = "status.checkControlMessages"

_AIR_WORDS: Final = {"UNFILTERED": "unfiltered", "PURIFYING_ONGOING": "purifying", "PURIFIED": "purified"}
_FIX_WORDS: Final = {"NO_FIX": "none", "GPS_FIX_2D": "2d", "GPS_FIX_3D": "3d"}
_STARTER_WORDS: Final = {"200": "good", "140": "limited", "110": "inadequate", "80": "degraded"}
_DISTANCE_WORDS: Final = {"KM": "km", "KILOMETERS": "km", "MILES": "mi"}


def _date(written: str) -> str:
    return parse_vendor_time(written).date().isoformat()


def _moment(written: str) -> str:
    return parse_vendor_time(written).isoformat(timespec="seconds").replace("+00:00", "Z")


def _next_service(document: str) -> str | None:
    due = min((each.due_on for each in read_conditions(document) if each.due_on is not None), default=None)
    return None if due is None else due.isoformat()


def _services_due(document: str) -> int:
    return sum(each.status not in {None, "OK"} for each in read_conditions(document))


NAVIGATION_SIGNALS: Final = (
    number(
        "destination_distance_km", "km", "Distance to the destination of the navigation", f"{_DESTINATION}.distance"
    ),
    text("destination_arrival", "Time of arrival that the navigation shows, hh:mm", f"{_DESTINATION}.arrivalTime"),
    number("destination_latitude_deg", "deg", "Destination, north of the equator", f"{_DESTINATION}.latitude"),
    number("destination_longitude_deg", "deg", "Destination, east of Greenwich", f"{_DESTINATION}.longitude"),
    number(
        "navigation_range_km",
        "km",
        "Range that the navigation plans with",
        "cabin.infotainment.navigation.remainingRange",
    ),
    text(
        "gps_fix",
        "none, 2d or 3d: how well the position is known",
        "cabin.infotainment.navigation.currentLocation.fixStatus",
        words=_FIX_WORDS,
    ),
    number(
        "gps_satellites", None, "Satellites in use", "cabin.infotainment.navigation.currentLocation.numberOfSatellites"
    ),
)

TRIP_SIGNALS: Final = (
    text("last_trip_ended", "When the last trip ended", f"{_ENDED}.time", parse=_moment),
    number(
        "last_trip_soc_percent",
        "%",
        "Charge level at the end of the last trip",
        f"{_ENDED}.drivetrain.batteryManagement.hvSoc",
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
    number("weekly_distance_km", "km", "Distance of a week, of late", "vehicle.averageWeeklyDistanceShortTerm"),
    number(
        "weekly_distance_long_term_km", "km", "Distance of a week, since new", "vehicle.averageWeeklyDistanceLongTerm"
    ),
)

SERVICE_SIGNALS: Final = (
    number("distance_to_service_km", "km", "Distance until the next service is due", "status.serviceDistance.next"),
    number(
        "service_warning_distance_km",
        "km",
        "Distance from which the car reminds of a service",
        "status.serviceDistance.yellow",
    ),
    text("next_service_on", "First day of the month of the next service item", _CONDITIONS, parse=_next_service),
    number("services_due", None, "Service items that are not OK", _CONDITIONS, parse=_services_due),
    number("service_items", None, "Service items that the car watches", "status.conditionBasedServicesCount"),
    text(
        "next_inspection_on", "Date of the next legal inspection", "status.serviceTime.inspectionDateLegal", parse=_date
    ),
    number(
        "check_control_messages",
        None,
        "Check Control messages that are shown",
        _CHECK_CONTROL,
        parse=lambda document: len(read_check_control(document)),
    ),
    number(
        "fault_codes",
        None,
        "Entries of the fault memory",
        "electronicControlUnit.diagnosticTroubleCodes.raw",
        parse=lambda document: len(read_trouble_codes(document)),
    ),
    text(
        "starter_battery_condition",
        "good, limited, inadequate or degraded: the 12 V battery",
        "electricalSystem.battery.serviceDemand.replace",
        words=_STARTER_WORDS,
    ),
    flag(
        "is_starter_battery_low",
        "The 12 V battery wants to be charged",
        "electricalSystem.battery.serviceDemand.recharge",
        words={"0": False, "1": True},
    ),
    text(
        "air_state",
        "unfiltered, purifying or purified: the air in the cabin",
        "cabin.hvac.statusAirPurification",
        words=_AIR_WORDS,
    ),
    flag("is_phone_connected", "A mobile phone is connected", "cabin.infotainment.isMobilePhoneConnected"),
    flag("is_asleep", "The car sleeps deeply and sends nothing until it is woken", "vehicle.deepSleepModeActive"),
    text(
        "displayed_distance_unit",
        "km or mi: what the instruments show",
        "cabin.infotainment.displayUnit.distance",
        "cabin.infotainment.hmi.distanceUnit",
        words=_DISTANCE_WORDS,
    ),
)
