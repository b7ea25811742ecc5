"""`GET /user/vehicles`: what a car is, and which remote commands it obeys."""

from bimmerhub.emulator.cars.models.equipment import CarBrand, Equipment
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import drive_train_of

_BRANDS = {CarBrand.BMW_I: "BMW_I", CarBrand.MINI: "MINI"}
_MODERN_HEAD_UNITS = frozenset({"MGU", "IDCEVO"})
_COUNTRY_CODES = {"GB": "V1-UK", "US": "V2-US", "CN": "V5-CN", "ZA": "B3-ZA", "SE": "V1-R1-SE"}
_HUBS = {UserRegion.ROW: "HUB_ECE", UserRegion.NA: "HUB_US", UserRegion.CN: "HUB_CN"}
_BREAKDOWN_NUMBERS = {
    "DE": "+49 800 1234567",
    "GB": "+44 800 7777 123",
    "US": "+1 800 555 0123",
    "SE": "+46 20 123 456",
    "ZA": "+27 800 123 456",
}
"""Fictitious."""
_HMI_VERSIONS = {"EntryNav": "ID3", "EntryEvo": "ID4", "NBT": "ID4", "NBTEvo": "ID5"}
_USB_HEAD_UNITS = frozenset({"EntryNav", "EntryEvo", "NBT"})
"""Which head unit has which version, and takes music by cable only, is inferred."""


def brand_of(equipment: Equipment) -> str:
    """Return BMW_I, MINI or BMW."""
    return _BRANDS.get(equipment.brand, "BMW")


def has_full_state(equipment: Equipment) -> bool:
    """Tell whether the car tells more than where it is; `lscType` NOT_SUPPORTED says that it does not."""
    return equipment.abilities.lock


def describe_vehicle(vehicle: AccountVehicle, *, asked: UserRegion | None) -> dict[str, object]:
    """Return one vehicle of the list; `asked` is the region whose host was asked."""
    equipment, car = vehicle.truth.equipment, vehicle.car
    has_plug, is_modern = equipment.planner is not None, equipment.head_unit in _MODERN_HEAD_UNITS
    dealer = equipment.dealer
    fields: dict[str, object] = {
        "vin": car.vin,
        "model": car.model_name,
        "bodytype": equipment.chassis,
        "brand": brand_of(equipment),
        "driveTrain": drive_train_of(car, equipment),
        "yearOfConstruction": equipment.built[0],
        "color": equipment.colour.upper(),
        "colorCode": equipment.paint_code,
        "countryCode": _COUNTRY_CODES.get(equipment.country, f"V1-{equipment.country}"),
        "hub": _HUBS[vehicle.region or asked or UserRegion.ROW],
        "steering": "RH" if equipment.is_right_hand_drive else "LH",
        "hmiVersion": "id7" if is_modern else _HMI_VERSIONS.get(equipment.head_unit, "ID5"),
        "puStep": equipment.software,
        "a4a": _music(equipment),
        "breakdownNumber": _BREAKDOWN_NUMBERS.get(equipment.country, _BREAKDOWN_NUMBERS["DE"]),
        "hasAlarmSystem": equipment.has_alarm,
        "statisticsCommunityEnabled": has_plug and equipment.shares_statistics,
        "statisticsAvailable": has_plug,
        "egoVehiclePath": None,
        "dealer": {
            "name": dealer.name,
            "street": dealer.street,
            "postalCode": dealer.postal_code,
            "city": dealer.town,
            "country": dealer.country,
            "phone": dealer.phone,
        },
    }
    if equipment.engine is not None:
        fields["fuelType"] = "DIESEL" if equipment.engine.is_diesel else "PETROL"
    if equipment.licence_plate:
        fields["licensePlate"] = equipment.licence_plate
    if has_plug:
        fields["chargingUpdateMode"] = "NORMAL_PROGNOSE_BASED"
        fields["supportedChargingModes"] = list(equipment.charging_modes)
    return fields | _capabilities(equipment)


def _capabilities(equipment: Equipment) -> dict[str, object]:
    """Return what the car can do; `chargeNow` is NOT_SUPPORTED even where it works."""
    able, planner = equipment.abilities, equipment.planner
    is_modern, starts_engine = equipment.head_unit in _MODERN_HEAD_UNITS, able.climate and able.start_engine
    climate_control = "DEPARTURE_TIMER" if planner is PlannerKind.WEEKLY else "START_TIMER"
    return {
        "doorLock": _activated(able.lock),
        "doorUnlock": _activated(able.unlock),
        "lightFlash": _activated(able.lights),
        "hornBlow": _activated(able.horn),
        "climateNow": _activated(able.climate),
        "climateNowRES": _activated(starts_engine),
        "climateControl": climate_control if able.climate else "NOT_SUPPORTED",
        "climateControlRES": "START_TIMER" if starts_engine else "NOT_SUPPORTED",
        "climateFunction": _climate_function(equipment),
        "vehicleFinder": _activated(able.find),
        "vehicleFinderRestriction": "NONE",
        "sendPoi": _activated(able.receive),
        "carCloud": _activated(equipment.has_navigation),
        "remote360": _activated(is_modern and able.find),
        "chargeNow": "NOT_SUPPORTED",
        "ipa": _activated(is_modern and equipment.has_navigation),
        "smartSolution": "NOT_SUPPORTED",
        "remoteSoftwareUpgrade": _activated(is_modern),
        "chargingControl": "NOT_SUPPORTED" if planner is None else _PLANNERS[planner],
        "rangeMap": _range_map(planner),
        "lastDestinations": "SUPPORTED" if equipment.has_navigation else "NOT_SUPPORTED",
        "intermodalRouting": "AVAILABLE" if equipment.brand is CarBrand.BMW_I else "NOT_AVAILABLE",
        "onlineSearchMode": "MAP",
        **({"onlineSearchProvider": "GOOGLE"} if equipment.has_navigation else {}),
        "lscType": _lsc_type(equipment),
    }


_PLANNERS = {PlannerKind.WEEKLY: "WEEKLY_PLANNER", PlannerKind.TWO_TIMES: "TWO_TIMES_TIMER"}


def _activated(is_there: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "ACTIVATED" if is_there else "NOT_SUPPORTED"


def _music(equipment: Equipment) -> str:
    if not equipment.has_navigation:
        return "NOT_SUPPORTED"
    return "USB_ONLY" if equipment.head_unit in _USB_HEAD_UNITS else "BLUETOOTH"


def _climate_function(equipment: Equipment) -> str:
    if equipment.has_parking_heater:
        return "PARK_HEATING"
    return "VENTILATION" if equipment.planner is None else "AIRCONDITIONING"


def _range_map(planner: PlannerKind | None) -> str:
    if planner is None:
        return "NOT_SUPPORTED"
    return "RANGE_POLYGON" if planner is PlannerKind.WEEKLY else "RANGE_CIRCLE"


def _lsc_type(equipment: Equipment) -> str:
    if not has_full_state(equipment):
        return "NOT_SUPPORTED"
    if equipment.brand is CarBrand.TOYOTA:  # inferred
        return "UNKNOWN"
    if equipment.planner is None:
        return "LSC_BASIS"
    return "I_LSC_IMM" if equipment.brand is CarBrand.BMW_I else "LSC_PHEV"
