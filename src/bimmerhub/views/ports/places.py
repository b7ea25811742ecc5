"""What a person does with places and meters; what is stored of them comes through `store`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.own_places import Meter, OwnPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """What a meter showed at a time: kilowatt hours since it was made; milliseconds UTC."""

    measured_at_ms: int
    energy_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReadings:
    """How many readings of a meter were new, stored already, and refused, with why."""

    new: int
    repeated: int
    refused: Sequence[str]


class PlaceKeeping(Protocol):
    """Places and meters, as a person names them."""

    async def save_place(self, name: str, *, latitude_deg: float, longitude_deg: float, radius_m: float) -> OwnPlace:
        """Add a place, or put it in place of the one with its name; ConfigError for a name that is none."""
        ...

    async def remove_place(self, name: str) -> None:
        """Forget a place and its meters; NotFound when there is none of that name."""
        ...

    async def save_meter(self, name: str, *, place: str) -> Meter:
        """Add a meter at a place, or move it; NotFound for no such place, ConfigError for a name that is none."""
        ...

    async def remove_meter(self, name: str, *, with_readings: bool = False) -> None:
        """Forget a meter, and erase what it counted when that is wished, also of one that was forgotten before.

        NotFound when there is neither.
        """
        ...

    async def take_readings(self, meter: str, readings: Sequence[MeterReading]) -> TakenReadings:
        """Store what a meter showed; NotFound when there is no such meter, StoreError when nothing can be stored."""
        ...
