"""`GET /vehicle/navigation/v1/{vin}`: where the car is, what is in its battery, and what it reckons ranges with."""

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import drive_train_of

_COUNTRIES = {"DE": "DEU", "GB": "GBR", "US": "USA", "CN": "CHN", "SE": "SWE", "ZA": "ZAF"}
_MAP_YEAR = 20
"""Cars with older software have a map that is out of date (inferred)."""
_DRIVE_TRAINS = {"PHEV": "phev_otto", "BEV": "bev_ohne_rex", "BEV_REX": "bev_rex"}
FACTORS = ("kAccReg", "kDecReg", "kAccEco", "kDecEco", "kUp", "kDown")


def describe_navigation(vehicle: AccountVehicle, *, most_key: str, is_minimal: bool) -> dict[str, object] | None:
    """Return the answer, None for a car without a plug; `most_key` is how the host spells socMax.

    With `is_minimal` it is no more than position, auxiliary power and battery, as that of some cars.
    """
    truth = vehicle.truth
    model, battery = truth.equipment.consumption, truth.service.battery
    if model is None or battery is None:
        return None
    regular_kw, eco_kw, eco_plus_kw = model.auxiliary_kw
    fields: dict[str, object] = {
        **_position(truth),
        "auxPowerRegular": regular_kw,
        "auxPowerEcoPro": eco_kw,
        "auxPowerEcoProPlus": eco_plus_kw,
        "soc": round(battery.usable_kwh * (truth.levels.soc_percent or 0.0) / 100, 3),
        most_key: round(battery.usable_kwh, 3),
    }
    if is_minimal:
        return fields
    return fields | {
        "eco": _hex(model.eco),
        "norm": _hex(model.norm),
        "ecoEv": _hex(model.eco_electric),
        "normEv": _hex(model.norm_electric),
        "vehicleMass": str(truth.equipment.figures.unladen_kg),
        **{name: str(value) for name, value in zip(FACTORS, model.factors, strict=True)},
        "driveTrain": _DRIVE_TRAINS[drive_train_of(vehicle.car, truth.equipment)],
        "pendingUpdate": int(truth.equipment.software[2:]) < _MAP_YEAR,
        "vehicleTracking": truth.equipment.is_tracking_allowed,
    }


def _position(truth: CarTruth) -> dict[str, object]:
    country = truth.equipment.country
    return {
        "latitude": round(truth.latitude_deg, 6),
        "longitude": round(truth.longitude_deg, 6),
        "isoCountryCode": _COUNTRIES.get(country, country),
    }


def _hex(curve: tuple[int, ...]) -> str:
    return ",".join(f"{value:X}" for value in curve)
