"""Changes to the truth of a simulated car, one value at a time, and what i Remote's SDK must read because of each.

The proof that attributes follow the car: of all answers, exactly the named fields change. A value of the truth that an
answer tells twice (in km and in miles, in two answers) moves both. The cars have driven once, and `bev` is charging.
"""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    LockState,
    ParkingLight,
    ServiceKind,
    WarningKind,
    WindowState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A value of a car's truth, by its dotted path, what it is changed to, and what the SDK then reads.

    `reads` are by answer and field. `also` are fields that change with it to values that are reckoned or in lists.
    """

    path: str
    value: object
    reads: Mapping[str, object]
    also: tuple[str, ...] = ()

    @property
    def moves(self) -> frozenset[str]:
        """All fields that change."""
        return frozenset((*self.reads, *self.also))


def with_value(thing: Any, path: str, value: object) -> Any:  # noqa: ANN401 - any part of a car's truth
    """Return the truth with the value at a dotted path replaced; numbers are indexes into tuples."""
    name, _, rest = path.partition(".")
    if isinstance(thing, tuple):
        index = int(name)
        inner = with_value(thing[index], rest, value) if rest else value
        return (*thing[:index], inner, *thing[index + 1 :])
    if not is_dataclass(thing) or isinstance(thing, type):
        raise TypeError(f"{name} is of nothing that has values")
    return replace(thing, **{name: with_value(getattr(thing, name), rest, value) if rest else value})


def touch(path: str, *, value: object, reads: Mapping[str, object], also: tuple[str, ...] = ()) -> Touch:
    """Return a touch, its path first."""
    return Touch(path=path, value=value, reads=reads, also=also)


BEV_TOUCHES = (
    touch(
        "odometer_km",
        value=45678.0,
        reads={"status.mileage": 45678},
        also=(
            "allTrips.chargecycleRange.userAverage",
            "allTrips.chargecycleRange.userHigh",
            "allTrips.chargecycleRange.userCurrentChargeCycle",
            "efficiency.lastTripList[].lastTrip",
            "efficiency.lifeTimeList[].lifeTime",
            "efficiency.scoreList[].lifeTime",
        ),
    ),
    touch(
        "latitude_deg",
        value=50.0,
        reads={"status.position.lat": 50.0, "rangemap.center.lat": 50.0, "navigation.latitude": 50.0},
        also=("rangemap.rangemaps[].polyline[].lat", "rangemap.rangemaps[].polyline[].lon"),
    ),
    touch(
        "longitude_deg",
        value=6.5,
        reads={"status.position.lon": 6.5, "rangemap.center.lon": 6.5, "navigation.longitude": 6.5},
        also=("rangemap.rangemaps[].polyline[].lon",),
    ),
    touch("heading_deg", value=77, reads={"status.position.heading": 77}),
    touch("levels.soc_percent", value=42.0, reads={"status.chargingLevelHv": 42}, also=("navigation.soc",)),
    touch(
        "levels.electric_range_km",
        value=111.0,
        reads={"status.remainingRangeElectric": 111, "status.remainingRangeElectricMls": 69},
        also=("rangemap.rangemaps[].polyline[].lat", "rangemap.rangemaps[].polyline[].lon"),
    ),
    touch(
        "levels.full_electric_range_km",
        value=222.0,
        reads={"status.maxRangeElectric": 222, "status.maxRangeElectricMls": 138},
    ),
    touch("motion.are_lights_on", value=True, reads={"status.positionLight": "ON"}),
    touch(
        "motion.is_driven",
        value=True,
        reads={
            "status.position.status": "VEHICLE_ACTIVE",
            "status.position.lat": None,
            "status.position.lon": None,
            "status.position.heading": None,
        },
    ),
    touch("lock", value=LockState.LOCKED, reads={"status.doorLockState": "LOCKED"}),
    touch("parking_light", value=ParkingLight.LEFT, reads={"status.parkingLight": "LEFT"}),
    touch("openings.windows", value={"sunroof": WindowState.TILTED}, reads={"status.sunroof": "OPEN_TILT"}),
    touch("equipment.has_convertible_roof", value=True, reads={"status.convertibleRoofState": "CLOSED"}),
    touch("equipment.has_rear_window", value=True, reads={"status.rearWindow": "CLOSED"}),
    touch("openings.open_names", value=frozenset({"row1.driver"}), reads={"status.doorDriverFront": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row2.driver"}), reads={"status.doorDriverRear": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row1.passenger"}), reads={"status.doorPassengerFront": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row2.passenger"}), reads={"status.doorPassengerRear": "OPEN"}),
    touch("openings.open_names", value=frozenset({"hood"}), reads={"status.hood": "OPEN"}),
    touch("openings.open_names", value=frozenset({"trunk"}), reads={"status.trunk": "OPEN"}),
    touch(
        "openings.windows", value={"window.row1.driver": WindowState.OPEN}, reads={"status.windowDriverFront": "OPEN"}
    ),
    touch(
        "openings.windows",
        value={"window.row1.passenger": WindowState.OPEN},
        reads={"status.windowPassengerFront": "OPEN"},
    ),
    touch(
        "openings.windows", value={"window.row2.driver": WindowState.OPEN}, reads={"status.windowDriverRear": "OPEN"}
    ),
    touch(
        "openings.windows",
        value={"window.row2.passenger": WindowState.OPEN},
        reads={"status.windowPassengerRear": "OPEN"},
    ),
    touch("equipment.has_sunroof", value=False, reads={"status.sunroof": "INVALID"}),
    touch(
        "plug.is_plugged",
        value=False,
        reads={
            "status.chargingStatus": "INVALID",
            "status.connectionStatus": "DISCONNECTED",
            "status.chargingTimeRemaining": None,
        },
    ),
    touch(
        "charging.state",
        value=ChargingState.FULL,
        reads={"status.chargingStatus": "FINISHED_FULLY_CHARGED", "status.chargingTimeRemaining": None},
    ),
    touch("charging.flow.minutes_left", value=17, reads={"status.chargingTimeRemaining": 17}),
    touch("charging.last_end", value=ChargeEnd.STATION_FAILED, reads={"status.lastChargingEndReason": "UNKNOWN"}),
    touch("charging.has_last_failed", value=True, reads={"status.lastChargingEndResult": "FAILED"}),
    touch(
        "charging.waits_until_ms",
        value=1,
        reads={"status.chargingStatus": "WAITING_FOR_CHARGING", "status.chargingTimeRemaining": None},
    ),
    touch("charges_at_once", value=True, reads={"status.singleImmediateCharging": True}),
    touch(
        "equipment.country",
        value="GB",
        reads={
            "vehicles.countryCode": "V1-UK",
            "vehicles.breakdownNumber": "+44 800 7777 123",
            "status.vehicleCountry": "GB",
            "destinations.country": "UNITED KINGDOM",
            "navigation.isoCountryCode": "GBR",
        },
    ),
    touch("equipment.is_right_hand_drive", value=True, reads={"vehicles.steering": "RH", "status.steering": "RH"}),
    touch(
        "equipment.is_tracking_allowed",
        value=False,
        reads={
            "status.position.status": "DRIVER_DISABLED",
            "status.position.lat": None,
            "status.position.lon": None,
            "status.position.heading": None,
            "navigation.vehicleTracking": False,
        },
    ),
    touch(
        "service.warnings.0.kind",
        value=WarningKind.STARTER_WEAK,
        reads={},
        also=(
            "status.checkControlMessages[].ccmId",
            "status.checkControlMessages[].ccmDescriptionShort",
            "status.checkControlMessages[].ccmDescriptionLong",
        ),
    ),
    touch("service.odometer_km", value=777.0, reads={}, also=("status.checkControlMessages[].ccmMileage",)),
    touch(
        "service.due.0.kind",
        value=ServiceKind.OIL,
        reads={},
        also=("status.cbsData[].cbsType", "status.cbsData[].cbsDescription"),
    ),
    touch("service.due.0.is_near", value=True, reads={}, also=("status.cbsData[].cbsState",)),
    touch("service.due.0.due_month", value=(2031, 5), reads={}, also=("status.cbsData[].cbsDueDate",)),
    touch("service.due.1.remaining_km", value=1234, reads={}, also=("status.cbsData[].cbsRemainingMileage",)),
    touch("service.due.0.remaining_km", value=1234, reads={}, also=("status.cbsData[].cbsRemainingMileage",)),
    touch(
        "last_trip.manner.efficiency",
        value=0.11,
        reads={"lastTrip.efficiencyValue": 0.11, "efficiency.efficiencyQuotient": 11},
    ),
    touch("last_trip.manner.acceleration_stars", value=1.5, reads={"lastTrip.accelerationValue": 0.3}),
    touch("last_trip.manner.braking_stars", value=1.5, reads={"lastTrip.anticipationValue": 0.3}),
    touch(
        "last_trip.manner.thrift",
        value=0.12,
        reads={"lastTrip.totalConsumptionValue": 0.12},
        also=("efficiency.characteristicList[].quantity",),
    ),
    touch("last_trip.manner.comfort_thrift", value=0.13, reads={"lastTrip.auxiliaryConsumptionValue": 0.13}),
    touch(
        "last_trip.manner.eco_mode",
        value=0.14,
        reads={"lastTrip.drivingModeValue": 0.14},
        also=("efficiency.characteristicList[].quantity",),
    ),
    touch(
        "last_trip.distance_km",
        value=99.5,
        reads={"lastTrip.totalDistance": 99.5},
        also=("efficiency.lastTripList[].lastTrip",),
    ),
    touch("last_trip.manner.electric_km", value=88.5, reads={"lastTrip.electricDistance": 88.5}),
    touch(
        "last_trip.manner.electric_percent",
        value=55.0,
        reads={"lastTrip.electricDistanceRatio": 55},
        also=("efficiency.lastTripList[].lastTrip", "efficiency.characteristicList[].quantity"),
    ),
    touch(
        "last_trip.manner.consumption_kwh_per_100km",
        value=21.5,
        reads={"lastTrip.avgElectricConsumption": 21.5},
        also=("efficiency.lastTripList[].lastTrip",),
    ),
    touch(
        "last_trip.manner.recuperation_kwh_per_100km",
        value=2.5,
        reads={"lastTrip.avgRecuperation": 2.5},
        also=("efficiency.lastTripList[].lastTrip",),
    ),
    touch(
        "last_trip.fuel_l",
        value=1.0,
        reads={},
        also=("lastTrip.avgCombinedConsumption", "efficiency.lastTripList[].lastTrip"),
    ),
    touch(
        "last_trip.manner.saved_fuel_l",
        value=3.5,
        reads={"lastTrip.savedFuel": 3.5},
        also=("efficiency.lastTripList[].lastTrip",),
    ),
    touch(
        "last_trip.end_ms",
        value=1785189600000,
        reads={"lastTrip.duration": 600},
        also=("lastTrip.date", "efficiency.lastTripList[].lastTrip"),
    ),
    touch(
        "trips.0.energy_kwh",
        value=9.0,
        reads={},
        also=(
            "allTrips.avgElectricConsumption.userAverage",
            "allTrips.savedCO2",
            "efficiency.lifeTimeList[].lifeTime",
            "efficiency.scoreList[].lifeTime",
        ),
    ),
    touch(
        "trips.0.manner.recuperation_kwh_per_100km",
        value=2.5,
        reads={"allTrips.avgRecuperation.userAverage": 2.88},
        also=("efficiency.lifeTimeList[].lifeTime", "efficiency.scoreList[].lifeTime"),
    ),
    touch(
        "trips.0.fuel_l",
        value=2.0,
        reads={},
        also=("allTrips.avgCombinedConsumption.userAverage", "efficiency.lifeTimeList[].lifeTime"),
    ),
    touch(
        "trips.0.manner.electric_km",
        value=5.0,
        reads={"allTrips.totalElectricDistance.userTotal": 23.4},
        also=(
            "allTrips.avgElectricConsumption.userAverage",
            "efficiency.lifeTimeList[].lifeTime",
            "efficiency.scoreList[].lifeTime",
        ),
    ),
    touch(
        "trips.0.manner.saved_fuel_l",
        value=5.0,
        reads={"allTrips.totalSavedFuel": 6.2},
        also=("allTrips.savedCO2", "allTrips.savedCO2greenEnergy", "efficiency.lifeTimeList[].lifeTime"),
    ),
    touch("trips.0.start_ms", value=1785150000000, reads={}, also=("destinations.createdAt",)),
    touch("earlier_trip.start_ms", value=1785150000000, reads={}, also=("allTrips.resetDate",)),
    touch(
        "trips.0.to_place", value="Work", reads={"destinations.city": "NEUDORF", "destinations.street": "LINDENWEG 118"}
    ),
    touch("trips.0.end_latitude_deg", value=51.0, reads={"destinations.lat": 51.0}),
    touch("trips.0.end_longitude_deg", value=7.0, reads={"destinations.lon": 7.0}),
    touch(
        "service.battery.usable_kwh",
        value=70.0,
        reads={"allTrips.batterySizeMax": 70000, "navigation.soc": 35.06, "navigation.socMax": 70.0},
        also=(
            "allTrips.chargecycleRange.communityAverage",
            "allTrips.chargecycleRange.communityHigh",
            "allTrips.totalElectricDistance.communityAverage",
            "allTrips.totalElectricDistance.communityHigh",
        ),
    ),
    touch("equipment.chassis", value="X99", reads={"vehicles.bodytype": "X99", "efficiency.modelType": "X99"}),
    touch("equipment.built", value=(2011, 1), reads={"vehicles.yearOfConstruction": 2011}),
    touch("equipment.colour", value="pink", reads={"vehicles.color": "PINK"}),
    touch("equipment.paint_code", value="P1", reads={"vehicles.colorCode": "P1"}),
    touch(
        "equipment.head_unit",
        value="NBT",
        reads={
            "vehicles.hmiVersion": "ID4",
            "vehicles.a4a": "USB_ONLY",
            "vehicles.ipa": "NOT_SUPPORTED",
            "vehicles.remote360": "NOT_SUPPORTED",
            "vehicles.remoteSoftwareUpgrade": "NOT_SUPPORTED",
        },
    ),
    touch("equipment.software", value="0115", reads={"vehicles.puStep": "0115", "navigation.pendingUpdate": True}),
    touch("equipment.has_parking_heater", value=True, reads={"vehicles.climateFunction": "PARK_HEATING"}),
    touch("equipment.charges_by_induction", value=True, reads={"status.chargingConnectionType": "INDUCTIVE"}),
    touch(
        "equipment.abilities.start_engine",
        value=True,
        reads={"vehicles.climateNowRES": "ACTIVATED", "vehicles.climateControlRES": "START_TIMER"},
    ),
    touch(
        "equipment.shares_statistics",
        value=False,
        reads={
            "vehicles.statisticsCommunityEnabled": False,
            "efficiency.communitySwitch": False,
            "allTrips.avgElectricConsumption.userAverage": None,
            "allTrips.avgRecuperation.userAverage": None,
            "allTrips.avgCombinedConsumption.userAverage": None,
            "allTrips.chargecycleRange.userAverage": None,
            "allTrips.chargecycleRange.userHigh": None,
            "allTrips.chargecycleRange.userCurrentChargeCycle": None,
            "allTrips.totalElectricDistance.userTotal": None,
        },
    ),
    touch(
        "equipment.has_navigation",
        value=False,
        reads={
            "vehicles.a4a": "NOT_SUPPORTED",
            "vehicles.ipa": "NOT_SUPPORTED",
            "vehicles.onlineSearchProvider": None,
            "vehicles.carCloud": "NOT_SUPPORTED",
            "vehicles.lastDestinations": "NOT_SUPPORTED",
            "destinations.lat": None,
            "destinations.lon": None,
            "destinations.country": None,
            "destinations.city": None,
            "destinations.street": None,
            "destinations.type": None,
            "destinations.createdAt": None,
        },
    ),
    touch("equipment.has_alarm", value=False, reads={"vehicles.hasAlarmSystem": False}),
    touch("equipment.dealer.name", value="Elsewhere", reads={"vehicles.dealer.name": "Elsewhere"}),
    touch("equipment.dealer.street", value="Elsewhere", reads={"vehicles.dealer.street": "Elsewhere"}),
    touch("equipment.dealer.postal_code", value="Elsewhere", reads={"vehicles.dealer.postalCode": "Elsewhere"}),
    touch("equipment.dealer.town", value="Elsewhere", reads={"vehicles.dealer.city": "Elsewhere"}),
    touch("equipment.dealer.country", value="Elsewhere", reads={"vehicles.dealer.country": "Elsewhere"}),
    touch("equipment.dealer.phone", value="Elsewhere", reads={"vehicles.dealer.phone": "Elsewhere"}),
    touch(
        "equipment.brand",
        value=CarBrand.MINI,
        reads={"vehicles.brand": "MINI", "vehicles.intermodalRouting": "NOT_AVAILABLE", "vehicles.lscType": "LSC_PHEV"},
    ),
    touch("equipment.licence_plate", value="AC XX 1", reads={"vehicles.licensePlate": "AC XX 1"}),
    touch("equipment.charging_modes", value=("DC",), reads={"vehicles.supportedChargingModes": ("DC",)}),
    touch("equipment.abilities.unlock", value=False, reads={"vehicles.doorUnlock": "NOT_SUPPORTED"}),
    touch("equipment.abilities.lights", value=False, reads={"vehicles.lightFlash": "NOT_SUPPORTED"}),
    touch("equipment.abilities.horn", value=False, reads={"vehicles.hornBlow": "NOT_SUPPORTED"}),
    touch(
        "equipment.abilities.climate",
        value=False,
        reads={"vehicles.climateNow": "NOT_SUPPORTED", "vehicles.climateControl": "NOT_SUPPORTED"},
    ),
    touch(
        "equipment.abilities.find",
        value=False,
        reads={"vehicles.vehicleFinder": "NOT_SUPPORTED", "vehicles.remote360": "NOT_SUPPORTED"},
    ),
    touch("equipment.abilities.receive", value=False, reads={"vehicles.sendPoi": "NOT_SUPPORTED"}),
    touch(
        "equipment.planner",
        value=PlannerKind.TWO_TIMES,
        reads={
            "vehicles.climateControl": "START_TIMER",
            "vehicles.chargingControl": "TWO_TIMES_TIMER",
            "vehicles.rangeMap": "RANGE_CIRCLE",
            "rangemap.center.lat": None,
            "rangemap.center.lon": None,
            "rangemap.quality": None,
            "status.maxRangeElectric": None,
            "status.maxRangeElectricMls": None,
        },
        also=(
            "rangemap.rangemaps[].type",
            "rangemap.rangemaps[].polyline[].lat",
            "rangemap.rangemaps[].polyline[].lon",
        ),
    ),
    touch("profile.is_climate_on", value=True, reads={"weeklyPlanner.climatizationEnabled": True}),
    touch("profile.is_delayed", value=True, reads={"weeklyPlanner.chargingMode": "DELAYED_CHARGING"}),
    touch("profile.prefers_window", value=True, reads={"weeklyPlanner.chargingPreferences": "CHARGING_WINDOW"}),
    touch("profile.timers.0.departure_minute", value=5, reads={"weeklyPlanner.timer1.departureTime": "00:05"}),
    touch("profile.timers.1.departure_minute", value=5, reads={"weeklyPlanner.timer2.departureTime": "00:05"}),
    touch("profile.timers.2.departure_minute", value=5, reads={"weeklyPlanner.timer3.departureTime": "00:05"}),
    touch("profile.timers.0.is_on", value=False, reads={"weeklyPlanner.timer1.timerEnabled": False}),
    touch("profile.timers.1.is_on", value=True, reads={"weeklyPlanner.timer2.timerEnabled": True}),
    touch("profile.timers.2.is_on", value=True, reads={"weeklyPlanner.timer3.timerEnabled": True}),
    touch("profile.timers.0.weekdays", value=frozenset({2}), reads={"weeklyPlanner.timer1.weekdays": ("WEDNESDAY",)}),
    touch("profile.timers.1.weekdays", value=frozenset({2}), reads={"weeklyPlanner.timer2.weekdays": ("WEDNESDAY",)}),
    touch("profile.timers.2.weekdays", value=frozenset({2}), reads={"weeklyPlanner.timer3.weekdays": ("WEDNESDAY",)}),
    touch("profile.override.departure_minute", value=6, reads={"weeklyPlanner.overrideTimer.departureTime": "00:06"}),
    touch("profile.override.is_on", value=True, reads={"weeklyPlanner.overrideTimer.timerEnabled": True}),
    touch(
        "profile.override.weekdays",
        value=frozenset({2}),
        reads={"weeklyPlanner.overrideTimer.weekdays": ("WEDNESDAY",)},
    ),
    touch("profile.window.start_minute", value=7, reads={"weeklyPlanner.preferredChargingWindow.startTime": "00:07"}),
    touch("profile.window.end_minute", value=8, reads={"weeklyPlanner.preferredChargingWindow.endTime": "00:08"}),
    touch("profile.window.is_on", value=False, reads={"weeklyPlanner.preferredChargingWindow.enabled": False}),
    touch("equipment.consumption.auxiliary_kw", value=(2.0, 0.7, 0.4), reads={}, also=("navigation.auxPowerRegular",)),
    touch("equipment.consumption.auxiliary_kw", value=(1.05, 2.0, 0.4), reads={}, also=("navigation.auxPowerEcoPro",)),
    touch(
        "equipment.consumption.auxiliary_kw", value=(1.05, 0.7, 2.0), reads={}, also=("navigation.auxPowerEcoProPlus",)
    ),
    touch(
        "equipment.consumption.eco",
        value=(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        reads={"navigation.eco": "1,1,1,1,1,1,1,1,1,1,1"},
    ),
    touch(
        "equipment.consumption.norm",
        value=(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        reads={"navigation.norm": "1,1,1,1,1,1,1,1,1,1,1"},
        also=(
            "allTrips.avgElectricConsumption.communityAverage",
            "allTrips.avgElectricConsumption.communityHigh",
            "allTrips.avgRecuperation.communityAverage",
            "allTrips.avgRecuperation.communityHigh",
            "allTrips.chargecycleRange.communityAverage",
            "allTrips.chargecycleRange.communityHigh",
        ),
    ),
    touch(
        "equipment.consumption.eco_electric",
        value=(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        reads={"navigation.ecoEv": "1,1,1,1,1,1,1,1,1,1,1"},
    ),
    touch(
        "equipment.consumption.norm_electric",
        value=(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        reads={"navigation.normEv": "1,1,1,1,1,1,1,1,1,1,1"},
    ),
    touch("equipment.consumption.factors.0", value=33, reads={"navigation.kAccReg": 33}),
    touch("equipment.consumption.factors.1", value=33, reads={"navigation.kDecReg": 33}),
    touch("equipment.consumption.factors.2", value=33, reads={"navigation.kAccEco": 33}),
    touch("equipment.consumption.factors.3", value=33, reads={"navigation.kDecEco": 33}),
    touch("equipment.consumption.factors.4", value=33, reads={"navigation.kUp": 33}),
    touch("equipment.consumption.factors.5", value=33, reads={"navigation.kDown": 33}),
    touch("equipment.figures.unladen_kg", value=999, reads={"navigation.vehicleMass": 999}),
    touch("service.due.1.is_near", value=True, reads={}, also=("status.cbsData[].cbsState",)),
)
PHEV_TOUCHES = (
    touch("levels.fuel_l", value=9.5, reads={"status.remainingFuel": 9.5}),
    touch("levels.fuel_percent", value=12.5, reads={"status.fuelPercent": 12.5}),
    touch(
        "levels.fuel_range_km", value=99.0, reads={"status.remainingRangeFuel": 99, "status.remainingRangeFuelMls": 62}
    ),
    touch("equipment.has_sunroof", value=False, reads={"status.sunroof": "INVALID"}),
    touch("equipment.tank_l", value=33.0, reads={"status.maxFuel": 33.0}),
    touch("equipment.engine.is_diesel", value=True, reads={"vehicles.fuelType": "DIESEL"}),
    touch(
        "equipment.engine",
        value=None,
        reads={
            "vehicles.fuelType": None,
            "allTrips.avgCombinedConsumption.communityAverage": 0.0,
            "allTrips.avgCombinedConsumption.communityHigh": 0.0,
        },
    ),
    touch("profile.is_climate_on", value=True, reads={"twoTimesTimer.climatizationEnabled": True}),
    touch("profile.is_delayed", value=True, reads={"twoTimesTimer.chargingMode": "DELAYED_CHARGING"}),
    touch("profile.prefers_window", value=False, reads={"twoTimesTimer.chargingPreferences": "NO_PRESELECTION"}),
    touch("profile.timers.0.departure_minute", value=5, reads={"twoTimesTimer.timer1.departureTime": "00:05"}),
    touch("profile.timers.1.departure_minute", value=5, reads={"twoTimesTimer.timer2.departureTime": "00:05"}),
    touch("profile.timers.0.is_on", value=True, reads={"twoTimesTimer.timer1.timerEnabled": True}),
    touch("profile.timers.1.is_on", value=True, reads={"twoTimesTimer.timer2.timerEnabled": True}),
    touch("profile.window.start_minute", value=7, reads={"twoTimesTimer.preferredChargingWindow.startTime": "00:07"}),
    touch("profile.window.end_minute", value=8, reads={"twoTimesTimer.preferredChargingWindow.endTime": "00:08"}),
)
