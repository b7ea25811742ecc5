"""The cars that dealers have in stock, and new ones that are on their way to them: all from one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from random import Random

from bimmerhub.emulator.inventory.lots.dealers import UsDealer, dealers_of
from bimmerhub.emulator.inventory.lots.stock_models import StockModel, models_of
from bimmerhub.ids import Vin

_THIS_YEAR = 2025
_MINI_SHARE = 0.25
_NEW_SHARE = 0.25
_CERTIFIED_YEARS, _CERTIFIED_MILES, _CERTIFIED_SHARE = 6, 60_000, 0.7
_LOSS_A_YEAR, _LOSS_A_MILE = 0.88, 0.0000022
_MILES_A_YEAR = (4_000, 14_000)
_PAINTS = {
    "300": ("Alpine White", "White"),
    "475": ("Black Sapphire Metallic", "Black"),
    "C1M": ("Phytonic Blue Metallic", "Blue"),
    "C4P": ("Brooklyn Grey Metallic", "Gray"),
    "A96": ("Mineral White Metallic", "White"),
    "851": ("Chili Red", "Red"),
}
_UPHOLSTERIES = {
    "KPSW": ("Black SensaTec", "Black"),
    "KPX7": ("Cognac SensaTec", "Brown"),
    "LCOK": ("Oyster Leather", "Beige"),
}
_OPTIONS = {
    "ZPP": "Premium Package",
    "ZMP": "M Sport Package",
    "ZDA": "Driving Assistance Package",
    "402": "Panoramic Moonroof",
    "494": "Heated Front Seats",
    "688": "Premium Sound",
}
_FEWEST_OPTIONS = 2


class OrderStatus(IntEnum):
    """How far a car is from its dealer, in the numbers of MINI's search (clients 2025-2026)."""

    AT_DEALER = 1
    IN_PRODUCTION = 3
    IN_TRANSIT = 4
    ARRIVING_SOON = 5


_ON_THE_WAY = tuple(OrderStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCar:
    """One car. `paint` and `upholstery` are codes, `options` names by code; `status` is how far it is.

    `price_usd` is the dealer's; `is_certified`: BMW's own programme for used cars.
    """

    vin: Vin
    model: StockModel
    dealer: UsDealer
    year: int
    odometer_miles: int
    price_usd: int
    msrp_usd: int
    paint: str
    upholstery: str
    options: Mapping[str, str]
    is_new: bool
    is_certified: bool
    status: OrderStatus
    days_on_lot: int

    @property
    def paint_name(self) -> tuple[str, str]:
        """The name of the paint, and its plain colour."""
        return _PAINTS[self.paint]

    @property
    def upholstery_name(self) -> tuple[str, str]:
        """The name of the upholstery, and its plain colour."""
        return _UPHOLSTERIES[self.upholstery]


PAINTS: Mapping[str, tuple[str, str]] = _PAINTS
UPHOLSTERIES: Mapping[str, tuple[str, str]] = _UPHOLSTERIES
OPTIONS: Mapping[str, str] = _OPTIONS


@lru_cache(maxsize=4)  # it takes a third of an emulator's start, and nobody changes it
def fill_lots(*, cars: int, seed: int) -> tuple[StockCar, ...]:
    """Return the stock of all dealers; the same for the same seed."""
    chance = Random(f"inventory {seed}")  # noqa: S311 - a simulation
    minis = round(cars * _MINI_SHARE)
    return tuple(
        _make_car(
            number,
            "MINI" if number < minis else "BMW",
            turn=number if number < minis else number - minis,
            chance=chance,
        )
        for number in range(cars)
    )


def _make_car(number: int, brand: str, *, turn: int, chance: Random) -> StockCar:
    dealers = dealers_of(brand)
    model = chance.choice(models_of(brand))
    is_new = model.built[1] == _THIS_YEAR and chance.random() < _NEW_SHARE
    year = _THIS_YEAR if is_new else chance.randint(model.built[0], min(model.built[1], _THIS_YEAR - 1))
    age = _THIS_YEAR - year
    miles = chance.randint(4, 40) if is_new else sum(chance.randint(*_MILES_A_YEAR) for _ in range(age))
    msrp_usd = model.msrp_usd + 50 * chance.randint(0, 200)
    worth = _LOSS_A_YEAR**age * (1 - _LOSS_A_MILE * miles)
    may_be_certified = not is_new and age <= _CERTIFIED_YEARS and miles <= _CERTIFIED_MILES
    return StockCar(
        vin=Vin(f"{'WMW' if brand == 'MINI' else 'WBA'}00000000S{number + 1:05}"),
        model=model,
        dealer=dealers[turn % len(dealers)],
        year=year,
        odometer_miles=miles,
        price_usd=msrp_usd if is_new else max(4_995, round(msrp_usd * worth / 100) * 100 - 5),
        msrp_usd=msrp_usd,
        paint=chance.choice(sorted(_PAINTS)),
        upholstery=chance.choice(sorted(_UPHOLSTERIES)),
        options={code: _OPTIONS[code] for code in _choose_options(chance)},
        is_new=is_new,
        is_certified=may_be_certified and chance.random() < _CERTIFIED_SHARE,
        status=chance.choice(_ON_THE_WAY) if is_new else OrderStatus.AT_DEALER,
        days_on_lot=chance.randint(1, 120),
    )


def _choose_options(chance: Random) -> list[str]:
    return sorted(chance.sample(sorted(_OPTIONS), chance.randint(_FEWEST_OPTIONS, len(_OPTIONS))))
