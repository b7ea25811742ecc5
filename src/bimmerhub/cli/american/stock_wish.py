"""What a person looks for in the dealers' stock, in their own words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bimmerhub.cli.context import WrongUsage
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.cli.american.stock_rows import StockRow

Brand = Literal["bmw", "mini"]
Condition = Literal["new", "used", "certified"]
Order = Literal["price", "price-down", "odometer", "year", "distance"]
FIRST_YEAR: Final = 1_960
LAST_YEAR: Final = 2_100


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWish:
    """What a person looks for; None says nothing of it. Prices are US dollars, distances miles.

    `years` are those of the model, lowest first, `near` a zip code.
    """

    brand: Brand = "bmw"
    condition: Condition | None = None
    series: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    odometer_to: int | None = None
    near: str | None = None
    radius_miles: int | None = None
    order: Order | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant: WrongUsage."""
        if self.radius_miles is not None and self.near is None:
            raise WrongUsage("a radius is around a place", hint="Say which: --near ZIP")
        if self.order == "distance" and self.near is None:
            raise WrongUsage("a distance is from a place", hint="Say which: --near ZIP")
        if self.near is not None:
            check_zip(self.near)

    @property
    def is_of_used_bmws(self) -> bool:
        """Whether the search for used BMWs is asked, and not MINI's."""
        return self.brand == "bmw" and self.condition != "new"

    def is_met_by(self, car: "StockRow") -> bool:
        """Tell whether a car is what is wanted; one that does not tell its price or odometer is not."""
        return (
            _is_within(car.price_usd, self.price_from, self.price_to)
            and _is_within(car.odometer_miles, None, self.odometer_to)
            and (not self.years or car.year in self.years)
            and (self.condition is None or car.kind == self.condition or (self.condition, car.kind) == _CERTIFIED_TOO)
        )


_CERTIFIED_TOO: Final = ("used", "certified")


def check_zip(text: str) -> None:
    """Refuse what is no zip code: WrongUsage."""
    from bimmerhub.bmw.inventory.vehicle_query import check_zip_code

    try:
        check_zip_code(text)
    except ConfigError as error:
        raise WrongUsage(str(error), hint=error.hint) from error


def parse_years(texts: list[str]) -> tuple[int, ...]:
    """Return the years of words like 2021 or 2021-2023, lowest first; WrongUsage for any other word."""
    years: set[int] = set()
    for text in texts:
        first, is_range, last = text.partition("-")
        try:
            begin, end = int(first), int(last if is_range else first)
        except ValueError:
            begin, end = 1, 0
        if not FIRST_YEAR <= begin <= end <= LAST_YEAR:
            raise WrongUsage(f"{text[:20]!r} is no year", hint="Such as --year 2022, or --year 2020-2023")
        years.update(range(begin, end + 1))
    return tuple(sorted(years))


def _is_within(number: float | None, low: int | None, high: int | None) -> bool:
    if low is None and high is None:
        return True
    return number is not None and (low is None or number >= low) and (high is None or number <= high)
