"""`GET /user/vehicles`: what a car is, and which remote commands it obeys."""

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.cars.models.equipment import CarBrand, Equipment
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

_BRANDS = {CarBrand.BMW_I: "BMW_I", CarBrand.MINI: "MINI"}
_MODERN_HEAD_UNITS = frozenset({"MGU", "IDCEVO"})
_COUNTRY_CODES = {"GB": "V1-UK", "US": "V2-US", "CN": "V5-CN", "ZA": "B3-ZA", "SE": "V1-R1-SE"}
_HUBS = {UserRegion.ROW: "HUB_ECE", UserRegion.NA: "HUB_US", UserRegion.CN: "HUB_CN"}
BREAKDOWN_NUMBER = "+49 800 1234567"


def brand_of(equipment: Equipment) -> str:
    """Return BMW_I, MINI or BMW."""
    return _BRANDS.get(equipment.brand, "BMW")


def has_full_state(equipment: Equipment) -> bool:
    """Tell whether the car tells more than where it is; `lscType` NOT_SUPPORTED says that it does not."""
    return equipment.abilities.lock


def drive_train_of(car: CarIdentity, equipment: Equipment) -> str:
    """Return CONV, PHEV, BEV or BEV_REX."""
    if car.drivetrain == "BEV":
        return "BEV" if equipment.engine is None else "BEV_REX"
    return "PHEV" if car.drivetrain == "PHEV" else "CONV"


def describe_vehicle(vehicle: AccountVehicle, *, asked: UserRegion | None) -> dict[str, object]:
    """Return one vehicle of the list; `asked` is the region whose host was asked."""
    equipment, car = vehicle.truth.equipment, vehicle.car
    has_plug = equipment.planner is not None
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
        "hmiVersion": "id7" if equipment.head_unit in _MODERN_HEAD_UNITS else "ID5",
        "puStep": equipment.software,
        "a4a": "BLUETOOTH" if equipment.has_navigation else "NOT_SUPPORTED",
        "breakdownNumber": BREAKDOWN_NUMBER,
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
    has_plug = planner is not None
    climate_control = "DEPARTURE_TIMER" if planner is PlannerKind.WEEKLY else "START_TIMER"
    return {
        "doorLock": _activated(able.lock),
        "doorUnlock": _activated(able.unlock),
        "lightFlash": _activated(able.lights),
        "hornBlow": _activated(able.horn),
        "climateNow": _activated(able.climate),
        "climateNowRES": "NOT_SUPPORTED",
        "climateControl": climate_control if able.climate else "NOT_SUPPORTED",
        "climateControlRES": "NOT_SUPPORTED",
        "climateFunction": "AIRCONDITIONING" if has_plug else "VENTILATION",
        "vehicleFinder": _activated(able.find),
        "vehicleFinderRestriction": "NONE",
        "sendPoi": _activated(able.receive),
        "carCloud": _activated(equipment.has_navigation),
        "remote360": "NOT_SUPPORTED",
        "chargeNow": "NOT_SUPPORTED",
        "ipa": "NOT_SUPPORTED",
        "smartSolution": "NOT_SUPPORTED",
        "remoteSoftwareUpgrade": _activated(equipment.head_unit in _MODERN_HEAD_UNITS),
        "chargingControl": "NOT_SUPPORTED" if planner is None else _PLANNERS[planner],
        "rangeMap": _range_map(planner),
        "lastDestinations": "SUPPORTED" if equipment.has_navigation else "NOT_SUPPORTED",
        "intermodalRouting": "AVAILABLE" if equipment.brand is CarBrand.BMW_I else "NOT_AVAILABLE",
        "onlineSearchMode": "MAP",
        "onlineSearchProvider": "GOOGLE",
        "lscType": _lsc_type(equipment),
    }


_PLANNERS = {PlannerKind.WEEKLY: "WEEKLY_PLANNER", PlannerKind.TWO_TIMES: "TWO_TIMES_TIMER"}


def _activated(is_there: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "ACTIVATED" if is_there else "NOT_SUPPORTED"


def _range_map(planner: PlannerKind | None) -> str:
    if planner is None:
        return "NOT_SUPPORTED"
    return "RANGE_POLYGON" if planner is PlannerKind.WEEKLY else "RANGE_CIRCLE"


def _lsc_type(equipment: Equipment) -> str:
    if not has_full_state(equipment):
        return "NOT_SUPPORTED"
    if equipment.planner is None:
        return "LSC_BASIS"
    return "I_LSC_IMM" if equipment.brand is CarBrand.BMW_I else "LSC_PHEV"
