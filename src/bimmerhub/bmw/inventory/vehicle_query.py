"""What one looks for among the used BMWs: our words in, the members of BMW's search out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin

ZIP_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleQuery:
    """A search. Several words of one filter are alternatives, filters must all be met; empty ones say nothing.

    `radius_miles` is around the zip code, 0 for the whole country. BMW's words: `series` like "3 Series"; `kinds` CPO;
    `programmes` "All Pre-Owned" or "BMW Certified"; `fuel_types` Gasoline, Electric or Hybrid; `odometers` like
    "30,000 or less"; `prices` like "$20,000 - $29,999"; `drivetrains` AWD. `sort_by` price is the only one that is
    known. With `vins` BMW looks for those cars alone. ConfigError for what is no zip code.
    """

    postal_code: str | None = None
    radius_miles: int = 0
    series: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    fuel_types: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    odometers: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    drivetrains: tuple[str, ...] = ()
    sort_by: str | None = None
    sort_direction: Literal["asc", "desc"] | None = None
    vins: tuple[Vin, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no zip code."""
        if self.postal_code is not None:
            check_zip_code(self.postal_code)

    def values(self) -> dict[str, object]:
        """Return the values of the operation `vehicle`, but for paging."""
        return {
            "postal_code": self.postal_code,
            "radius_miles": self.radius_miles,
            "sort_by": self.sort_by,
            "sort_direction": self.sort_direction,
            "filters": [*self._filters()],
            "vins": [*self.vins] or None,
        }

    def _filters(self) -> Iterator[dict[str, object]]:
        named: tuple[tuple[str, tuple[str | int, ...]], ...] = (
            ("Series", self.series),
            ("Type", self.kinds),
            ("CPOType", self.programmes),
            ("FuelType", self.fuel_types),
            ("Year", self.years),
            ("Odometer", self.odometers),
            ("Price", self.prices),
            ("Drivetrain", self.drivetrains),
        )
        for name, values in named:
            if values:
                yield {"name": name, "values": [str(value) for value in values]}


def check_zip_code(text: str) -> None:
    """Refuse what is no zip code: ConfigError."""
    if not (len(text) == ZIP_DIGITS and text.isascii() and text.isdecimal()):
        raise ConfigError(f"{text[:20]!r} is no zip code of the USA", hint="It has five digits, such as 90210.")
