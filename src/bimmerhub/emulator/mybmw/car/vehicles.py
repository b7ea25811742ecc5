"""The list of vehicles (v2, v4, v5) and what each one is: `attributes`, or the profile of v5."""

from zlib import crc32

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.cars.models.equipment import CarBrand, Equipment
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.app_times import app_time
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

_PAINTS = {
    "Alpine White": 0xFFF1F1EF,
    "Capparis White": 0xFFE9E8E3,
    "Carbon Black": 0xFF10151F,
    "Chili Red": 0xFFB3121D,
    "Utah Orange": 0xFFC2452D,
    "Cape York Green": 0xFF4A5A4F,
}
_HEAD_UNITS = {
    "NBT": ("NBT", "NBT", "ID4", "TCB1"),
    "NBTEvo": ("NBTEVO", "NBT_EVO", "ID5", "ATM1"),
    "MGU": ("HU_MGU", "MGU", "ID7", "ATM2"),
    "IDCEVO": ("IDCEVO", "MGU", "ID8", "WAVE11"),
}
"""By head unit, how this API names it, its type, the version of its screens, and the telematics unit beside it."""
_ENTRY = ("ENTRY", "ENTRY", "ID4", "TCB1")
ID8_FROM_SOFTWARE = 2022
_CLUSTERS = {"G": "S18A", "U": "S18T", "F": "F020", "I": "I001", "N": "NCAR", "R": "RR31"}
_DRIVER_GUIDES = {CarBrand.MINI: ("com.mini.driversguide", "mini")}
_DRIVER_GUIDE = ("com.bmwgroup.driversguide.row", "bmw")


def drive_train_of(car: CarIdentity, equipment: Equipment) -> str:
    """Return the word of v2 and later for the drivetrain."""
    if car.drivetrain == "BEV" and equipment.engine is not None:
        return words.RANGE_EXTENDER
    return words.DRIVE_TRAINS[car.drivetrain]


def has_modern_head_unit(equipment: Equipment) -> bool:
    """Tell whether a car has the head unit of 2018 or later, to which many services are bound."""
    return equipment.head_unit in {"MGU", "IDCEVO"}


def telematics_of(equipment: Equipment) -> str:
    """Return the name of the telematics unit."""
    return _HEAD_UNITS.get(equipment.head_unit, _ENTRY)[3]


def a4a_of(equipment: Equipment) -> str:
    """Return how phones speak to the car ("apps for automotive")."""
    if not equipment.has_navigation:
        return "NOT_SUPPORTED"
    return "USB_ONLY" if equipment.head_unit == "NBT" else "BLUETOOTH"


def pu_step(software: str) -> dict[str, int]:
    """Return month and two-digit year of software, which is MMYY."""
    return {"month": int(software[:2]), "year": int(software[2:])}


def series_cluster_of(equipment: Equipment) -> str:
    """Return BMW's name of the platform (inferred from some cars)."""
    return _CLUSTERS.get(equipment.chassis[:1], "S15A")


def describe_software(equipment: Equipment, software: str) -> dict[str, object]:
    """Return a version of a car's software."""
    return {
        "iStep": 500 + int(software[:2]),
        "puStep": pu_step(software),
        "seriesCluster": series_cluster_of(equipment),
    }


def factory_software_of(equipment: Equipment) -> str:
    """Return the month of the software that a car was built with, MMYY: there are some each March, July, November."""
    year, month = equipment.built
    step = (month + 1) // 4 * 4 - 1
    return f"{step:02}{year % 100:02}" if step > 0 else f"11{(year - 1) % 100:02}"


def i_level_of(equipment: Equipment, software: str) -> str:
    """Return BMW's name of a car's software as one text, such as I001-21-03-530."""
    step = pu_step(software)
    return f"{series_cluster_of(equipment)}-{step['year']:02}-{step['month']:02}-{500 + step['month']}"


def argb_of(equipment: Equipment) -> int:
    """Return the colour as ARGB; one that is not in the table is made up from its name."""
    return _PAINTS.get(equipment.colour, 0xFF000000 | crc32(equipment.colour.encode()) & 0xFFFFFF)


def describe_driver_guide(equipment: Equipment) -> dict[str, str]:
    """Return where the driver's guide of the brand is; the number in Apple's store is not a real one."""
    guide, scheme = _DRIVER_GUIDES.get(equipment.brand, _DRIVER_GUIDE)
    return {
        "androidAppScheme": guide,
        "androidStoreUrl": f"https://play.google.com/store/apps/details?id={guide}",
        "iosAppScheme": f"{scheme}driversguide:///open",
        "iosStoreUrl": "https://apps.apple.com/de/app/id000000000?mt=8",
    }


def describe_profile(vehicle: AccountVehicle) -> dict[str, object]:
    """Return what a car is, as the profile of v5 does; `color` is ARGB as one number."""
    equipment = vehicle.truth.equipment
    raw, kind, screens, telematics = _HEAD_UNITS.get(equipment.head_unit, _ENTRY)
    is_id8 = kind == "MGU" and 2000 + int(equipment.software[2:]) >= ID8_FROM_SOFTWARE
    return {
        "vin": vehicle.car.vin,
        "bodyType": equipment.chassis,
        "brand": words.BRANDS[equipment.brand],
        "color": argb_of(equipment),
        "countryOfOrigin": equipment.country,
        "driveTrain": drive_train_of(vehicle.car, equipment),
        "driverGuideInfo": describe_driver_guide(equipment),
        "headUnitRaw": raw,
        "headUnitType": kind,
        "hmiVersion": "ID8" if is_id8 else screens,
        "model": vehicle.car.model_name,
        "softwareVersionCurrent": describe_software(equipment, equipment.software),
        "softwareVersionExFactory": describe_software(equipment, factory_software_of(equipment)),
        "telematicsUnit": telematics,
        "year": equipment.built[0],
    }


def describe_attributes(vehicle: AccountVehicle, *, now_ms: int) -> dict[str, object]:
    """Return what a car is, as the lists of v2 and v4 do."""
    profile = {name: value for name, value in describe_profile(vehicle).items() if name != "vin"}
    return {"lastFetched": app_time(now_ms), "a4aType": a4a_of(vehicle.truth.equipment), **profile}


def describe_mapping(vehicle: AccountVehicle) -> dict[str, object]:
    """Return how the account and a car belong together."""
    return {
        "isAssociated": False,
        "isLmmEnabled": False,
        "mappingStatus": "CONFIRMED",
        "isPrimaryUser": vehicle.is_primary,
    }


def list_item(vehicle: AccountVehicle, *, now_ms: int, is_v2: bool) -> dict[str, object]:
    """Return one car of the list of v2 or v4."""
    mapping, attributes = describe_mapping(vehicle), describe_attributes(vehicle, now_ms=now_ms)
    if is_v2:
        del attributes["headUnitRaw"]
    return {
        "vin": vehicle.car.vin,
        "mappingInfo": {**mapping, "lmmStatusReasons": []} if is_v2 else mapping,
        "appVehicleType": "CONNECTED",
        "attributes": attributes,
    }


def mapping_item(vehicle: AccountVehicle, *, has_profile: bool) -> dict[str, object]:
    """Return one car of the list of v5; `has_profile`: with the car itself, as in China (known from clients)."""
    china = {"cnData": {"vehicle": describe_profile(vehicle)}} if has_profile else {}
    return {"vin": vehicle.car.vin, **describe_mapping(vehicle), "vehicleMappingType": "CONNECTED", **china}
