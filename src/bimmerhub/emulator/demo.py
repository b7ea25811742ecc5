"""What makes a demo worth looking at: one car drives and one charges, from the first second."""

from bimmerhub.domain.ids import Vin
from bimmerhub.emulator.cars import CarInfo, Garage

_DRIVE_MINUTES = 35


def make_lively(garage: Garage) -> None:
    """Command the cars so that one drives and, when one can be charged, one charges.

    What goes on already is left alone.
    """
    if not any(garage.truth(car.vin)["is_charging"] for car in garage.cars):
        _try_each(
            garage,
            [car.vin for car in garage.cars if _has_plug(car)],
            (("plug_in", {}), ("charge", {"target_percent": 90})),
        )
    if not any(garage.truth(car.vin)["is_driving"] for car in garage.cars):
        idle = [car.vin for car in garage.cars if not garage.truth(car.vin)["is_charging"]]
        _try_each(garage, idle, (("drive", {"minutes": _DRIVE_MINUTES}),))


def _has_plug(car: CarInfo) -> bool:
    return car.drivetrain in {"BEV", "PHEV"}


def _try_each(garage: Garage, vins: list[Vin], steps: tuple[tuple[str, dict[str, object]], ...]) -> None:
    """Give the commands to the first car that can follow them all."""
    for vin in vins:
        try:
            for name, arguments in steps:
                garage.command(vin, name, **arguments)
        except ValueError:
            continue
        return
