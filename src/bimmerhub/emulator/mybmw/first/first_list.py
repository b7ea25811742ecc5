"""The first list of vehicles, v1 (2021 to 2022): one item a car, with everything in it.

It writes in camelCase and lower case what v2 and later write in capitals.
"""

from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.car.state import has_full_state
from bimmerhub.emulator.mybmw.car.vehicles import (
    a4a_of,
    argb_of,
    describe_driver_guide,
    describe_profile,
    factory_software_of,
    i_level_of,
)
from bimmerhub.emulator.mybmw.first.first_capabilities import describe_first_capabilities
from bimmerhub.emulator.mybmw.first.first_properties import describe_properties
from bimmerhub.emulator.mybmw.first.first_status import describe_status
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

_DRIVE_TRAINS = {words.RANGE_EXTENDER: "ELECTRIC", "MILD_HYBRID": "COMBUSTION"}
"""Drivetrains that v1 had no word for."""
_BRANDS = {"BMW_I": "BMW"}
"""Brands that v1 had no word for (inferred: the programs of then know none)."""


def first_list_item(vehicle: AccountVehicle) -> dict[str, object]:
    """Return one car of the list."""
    equipment = vehicle.truth.equipment
    profile = describe_profile(vehicle)
    factory_software, argb = factory_software_of(equipment), argb_of(equipment)
    drive_train = str(profile["driveTrain"])
    return {
        "vin": vehicle.car.vin,
        "model": vehicle.car.model_name,
        "year": profile["year"],
        "brand": _BRANDS.get(str(profile["brand"]), profile["brand"]),
        "bodyType": profile["bodyType"],
        "driveTrain": _DRIVE_TRAINS.get(drive_train, drive_train),
        "headUnit": profile["headUnitType"],
        "hmiVersion": profile["hmiVersion"],
        "telematicsUnit": profile["telematicsUnit"],
        "a4aType": a4a_of(equipment),
        "iStep": i_level_of(equipment, equipment.software),
        "puStep": equipment.software,
        "exFactoryILevel": i_level_of(equipment, factory_software),
        "exFactoryPUStep": factory_software,
        "isLscSupported": has_full_state(equipment),
        "isMappingPending": False,
        "isMappingUnconfirmed": False,
        "connectedDriveServices": ["WIFI_HOTSPOT_SERVICE"] if equipment.has_navigation else [],
        "driverGuideInfo": {**describe_driver_guide(equipment), "title": "BMW\nDriver's Guide"},
        "themeSpecs": {"vehicleStatusBackgroundColor": _rgb(argb)},
        "properties": describe_properties(vehicle),
        "status": describe_status(vehicle),
        "capabilities": describe_first_capabilities(equipment),
    }


def _rgb(argb: int) -> dict[str, int]:
    return {"red": argb >> 16 & 255, "green": argb >> 8 & 255, "blue": argb & 255}
