"""What drives a car, from evidence.

BMW's `propulsionType` says BE for petrol cars too, and a name such as X2 M35i says nothing (observed by clients
2025-2026). What counts is `driveTrain` of the basic data; without it, which descriptors have brought values.
"""

from collections.abc import Iterable
from typing import Final

from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

ELECTRIC: Final = frozenset(
    Descriptor(f"vehicle.{path}")
    for path in (
        "drivetrain.batteryManagement.header",
        "drivetrain.batteryManagement.maxEnergy",
        "drivetrain.electricEngine.kombiRemainingElectricRange",
        "drivetrain.electricEngine.remainingElectricRange",
        "powertrain.electric.battery.charging.power",
        "powertrain.electric.battery.stateOfCharge.displayed",
        "trip.segment.end.drivetrain.batteryManagement.hvSoc",
    )
)
"""Numbers that only a car with a plug has (catalogue: BEV and PHEV)."""

FUEL: Final = frozenset(
    Descriptor(f"vehicle.{path}") for path in ("drivetrain.fuelSystem.level", "drivetrain.fuelSystem.remainingFuel")
)
"""Numbers that only a car with a tank has."""


def derive_drivetrain(basic_data: str | None, newest: Iterable[tuple[Descriptor, Value]]) -> str | None:
    """Return BEV, PHEV, MHEV or CONV, as BMW spells them; None when there is no evidence.

    `basic_data` is `driveTrain` of BMW's basic data, None without it; `newest` the newest value of each descriptor. A
    zero is no evidence: it can stand for "not there". A mild hybrid without basic data counts as CONV, since nothing
    that it sends sets it apart.
    """
    if basic_data is not None and basic_data.strip():
        return basic_data.strip().upper()
    seen = {descriptor for descriptor, value in newest if isinstance(value, int | float) and value > 0}
    match bool(seen & ELECTRIC), bool(seen & FUEL):
        case True, True:
            return "PHEV"
        case True, False:
            return "BEV"
        case False, True:
            return "CONV"
        case _:
            return None
