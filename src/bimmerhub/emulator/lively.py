"""A demo worth looking at: one car drives and one charges, from the first second."""

from bimmerhub.emulator.cars import CarIdentity, CarTruth, Garage
from bimmerhub.ids import Vin

_DRIVE_MINUTES = 35
_WORTH_CHARGING_PERCENT = 94.0
_EMPTIED_PERCENT = 60


def make_lively(garage: Garage) -> None:
    """Command the cars so that one charges and one drives; what goes on already is left alone.

    Only when every battery is nearly full does one lose charge by magic.
    """
    if not any(_is_charging(garage, car.vin) for car in garage.cars):
        _charge_one(garage)
    if not any(garage.truth(car.vin).motion.is_driven for car in garage.cars):
        _drive_one(garage)


def _charge_one(garage: Garage) -> None:
    choices = [
        _rank_for_charging(car, truth)
        for car in garage.cars
        for truth in [garage.truth(car.vin)]
        if truth.levels.soc_percent is not None
    ]
    if not choices:
        return
    is_full, is_driven, _, _, vin = min(choices)
    if is_driven:
        garage.command(vin, "stop")
    if is_full:
        garage.command(vin, "charge", target_percent=100, soc_percent=_EMPTIED_PERCENT)
    else:
        garage.command(vin, "charge", target_percent=100)


def _rank_for_charging(car: CarIdentity, truth: CarTruth) -> tuple[bool, bool, bool, float, Vin]:
    """Return a rank, the lowest to be charged: rather a car that stands; a BEV last, for it tells most on the road."""
    soc_percent = round(truth.levels.soc_percent or 0.0, 3)
    is_full = soc_percent > _WORTH_CHARGING_PERCENT
    return is_full, truth.motion.is_driven, car.drivetrain == "BEV", soc_percent, car.vin


def _drive_one(garage: Garage) -> None:
    for car in garage.cars:
        if _is_charging(garage, car.vin):
            continue
        try:
            garage.command(car.vin, "drive", minutes=_DRIVE_MINUTES)
        except ValueError:  # not this one, not now
            continue
        return


def _is_charging(garage: Garage, vin: Vin) -> bool:
    charging = garage.truth(vin).charging
    return charging is not None and charging.is_under_way
