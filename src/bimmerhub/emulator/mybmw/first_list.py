"""The first list of vehicles, v1 (2021 to 2022): one item a car, with everything in it.

It writes in camelCase and lower case what v2 and later write in capitals.
"""

from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.first_capabilities import describe_first_capabilities
from bimmerhub.emulator.mybmw.first_properties import describe_properties
from bimmerhub.emulator.mybmw.first_status import describe_status
from bimmerhub.emulator.mybmw.state import has_full_state
from bimmerhub.emulator.mybmw.vehicles import a4a_of, describe_profile, pu_step, series_cluster_of
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

_DRIVE_TRAINS = {words.RANGE_EXTENDER: "ELECTRIC", "MILD_HYBRID": "COMBUSTION"}
"""Drivetrains that v1 had no word for."""
_BRANDS = {"BMW_I": "BMW"}
"""Brands that v1 had no word for (inferred: the programs of then know none)."""


def first_list_item(vehicle: AccountVehicle) -> dict[str, object]:
    """Return one car of the list."""
    equipment = vehicle.truth.equipment
    profile = describe_profile(vehicle)
    step = pu_step(equipment.software)
    software = f"{step['month']:02}{step['year']:02}"
    level = f"{series_cluster_of(equipment)}-{step['year']:02}-{step['month']:02}-5{step['month']:02}"
    year, month = equipment.built
    drive_train = str(profile["driveTrain"])
    return {
        "vin": vehicle.car.vin,
        "model": vehicle.car.model_name,
        "year": year,
        "brand": _BRANDS.get(str(profile["brand"]), profile["brand"]),
        "bodyType": profile["bodyType"],
        "driveTrain": _DRIVE_TRAINS.get(drive_train, drive_train),
        "headUnit": profile["headUnitType"],
        "hmiVersion": profile["hmiVersion"],
        "telematicsUnit": profile["telematicsUnit"],
        "a4aType": a4a_of(equipment),
        "iStep": level,
        "puStep": software,
        "exFactoryILevel": level,
        "exFactoryPUStep": f"{month:02}{year % 100:02}",
        "isLscSupported": has_full_state(equipment),
        "isMappingPending": False,
        "isMappingUnconfirmed": False,
        "connectedDriveServices": ["WIFI_HOTSPOT_SERVICE"] if equipment.has_navigation else [],
        "driverGuideInfo": {**_guide(profile["driverGuideInfo"]), "title": "BMW\nDriver's Guide"},
        "themeSpecs": {"vehicleStatusBackgroundColor": _background(profile["color"])},
        "properties": describe_properties(vehicle),
        "status": describe_status(vehicle),
        "capabilities": describe_first_capabilities(equipment),
    }


def _guide(info: object) -> dict[str, object]:
    return dict(info) if isinstance(info, dict) else {}


def _background(colour: object) -> dict[str, int]:
    argb = colour if isinstance(colour, int) else 0
    return {"red": argb >> 16 & 255, "green": argb >> 8 & 255, "blue": argb & 255}
