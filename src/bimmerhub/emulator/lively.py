"""What makes a demo worth looking at: one car drives and one charges, from the first second."""

from bimmerhub.emulator.cars import Garage
from bimmerhub.ids import Vin

_DRIVE_MINUTES = 35
_WORTH_CHARGING_PERCENT = 94.0
_EMPTIED_PERCENT = 60


def make_lively(garage: Garage) -> None:
    """Command the cars so that one charges and one drives; what goes on already is left alone.

    Only when every battery is nearly full does one lose charge by magic.
    """
    if not any(garage.truth(car.vin)["is_charging"] for car in garage.cars):
        _charge_one(garage)
    if not any(garage.truth(car.vin)["is_driving"] for car in garage.cars):
        _drive_one(garage)


def _charge_one(garage: Garage) -> None:
    """Charge a car that stands rather than one that drives; a BEV last, for it tells most when it drives."""
    choices = [
        (
            soc_percent > _WORTH_CHARGING_PERCENT,
            bool(truth["is_driving"]),
            car.drivetrain == "BEV",
            soc_percent,
            car.vin,
        )
        for car in garage.cars
        for truth in [garage.truth(car.vin)]
        if isinstance(soc_percent := truth["soc_percent"], float)
    ]
    if not choices:
        return
    is_full, is_driving, _, _, vin = min(choices)
    if is_driving:
        garage.command(vin, "stop")
    if is_full:
        garage.command(vin, "charge", target_percent=100, soc_percent=_EMPTIED_PERCENT)
    else:
        garage.command(vin, "charge", target_percent=100)


def _drive_one(garage: Garage) -> None:
    for vin in _standing(garage):
        try:
            garage.command(vin, "drive", minutes=_DRIVE_MINUTES)
        except ValueError:  # not this one, not now
            continue
        return


def _standing(garage: Garage) -> list[Vin]:
    return [car.vin for car in garage.cars if not garage.truth(car.vin)["is_charging"]]
