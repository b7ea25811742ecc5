"""`GET /me/vehicles/v2`: the cars of an account."""

from bimmerhub.emulator.cars.models.equipment import BodyKind, CarBrand
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import drive_train_of

_BRANDS = {CarBrand.BMW_I: "BMWi", CarBrand.MINI: "MINI"}
_BODIES = {
    BodyKind.SALOON: "Sedan",
    BodyKind.TOURING: "Touring",
    BodyKind.COUPE: "Coupe",
    BodyKind.HATCHBACK: "Hatchback",
    BodyKind.CONVERTIBLE: "Convertible",
    BodyKind.SAV: "Sports Activity Vehicle",
    BodyKind.MOTORCYCLE: "Motorcycle",
}


def describe_vehicle(vehicle: AccountVehicle) -> dict[str, object]:
    """Return one car of the list."""
    equipment, car = vehicle.truth.equipment, vehicle.car
    fields: dict[str, object] = {
        "vin": car.vin,
        "brand": _BRANDS.get(equipment.brand, "BMW"),
        "series": equipment.series,
        "basicType": car.model_name.upper(),
        "modelName": car.model_name,
        "bodyType": _BODIES[equipment.body],
        "modelYearNA": str(equipment.built[0]) if vehicle.region is UserRegion.NA else None,
        "driveTrain": drive_train_of(car, equipment),
        "steering": "RIGHT" if equipment.is_right_hand_drive else "LEFT",
        "doorCount": equipment.doors,
        "hasNavi": equipment.has_navigation,
        "hasSunRoof": equipment.has_sunroof,
        "hasRex": car.drivetrain == "BEV" and equipment.engine is not None,
        "dcOnly": False,
        "maxFuel": None if equipment.tank_l is None else f"{equipment.tank_l:.1f}",
        "supportedChargingModes": list(equipment.charging_modes),
    }
    if equipment.licence_plate:
        fields["licensePlate"] = equipment.licence_plate
    return fields
