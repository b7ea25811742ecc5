"""What a signal has to know of the car before it can believe a reading."""

from dataclasses import dataclass
from typing import Final

_WITHOUT_BATTERY: Final = frozenset({"CONV", "ICE", "MHEV"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CarFacts:
    """What is known of a car.

    `drivetrain` as `domain.drivetrain` says it, None without evidence; `has_electric_range` when one of its electric
    ranges is more than zero; `has_destination` unless its navigation says 0 for both coordinates of the destination,
    as it does without one; `displayed_unit` is km or mi, as its instruments show distances, None when not known.
    """

    drivetrain: str | None = None
    has_electric_range: bool = False
    has_destination: bool = True
    displayed_unit: str | None = None

    @property
    def has_traction_battery(self) -> bool:
        """Whether the car may have a battery that can be plugged in: true until it is known to have none."""
        return self.drivetrain not in _WITHOUT_BATTERY

    @property
    def has_tank(self) -> bool:
        """Whether the car may have a tank: true until the car is known to be electric only."""
        return self.drivetrain != "BEV"
