"""The dealers: fictitious, a BMW centre in each town and a MINI dealer in every other one."""

from dataclasses import dataclass

from bimmerhub.emulator.inventory.lots.towns import TOWNS, Town, miles_between

_FIRST_CENTER = 36_001
_FIRST_MINI_CENTER = 72_001


@dataclass(frozen=True, slots=True, kw_only=True)
class UsDealer:
    """A dealer of one brand (`BMW` or `MINI`). `code` is what the cars name it by."""

    code: str
    brand: str
    name: str
    street: str
    phone: str
    url: str
    town: Town


def _open_dealers(brand: str, towns: tuple[Town, ...], first_center: int) -> tuple[UsDealer, ...]:
    return tuple(
        UsDealer(
            code=str(first_center + number),
            brand=brand,
            name=f"{brand} of {town.name} (Example)",
            street=f"{100 + 7 * number} Example Avenue",
            phone=f"555-01{number:02}",
            url=f"https://{brand.lower()}-{town.name.lower().replace(' ', '-').replace('.', '')}.example",
            town=town,
        )
        for number, town in enumerate(towns)
    )


_MINI_TOWNS = tuple(town for number, town in enumerate(TOWNS) if number % 2 or town.zip_code == "90401")
DEALERS = (*_open_dealers("BMW", TOWNS, _FIRST_CENTER), *_open_dealers("MINI", _MINI_TOWNS, _FIRST_MINI_CENTER))


def dealers_of(brand: str) -> tuple[UsDealer, ...]:
    """Return the dealers of a brand."""
    return tuple(dealer for dealer in DEALERS if dealer.brand == brand)


def nearest_dealer(brand: str, town: Town) -> UsDealer:
    """Return the dealer of a brand next to a town."""
    return min(dealers_of(brand), key=lambda dealer: miles_between(dealer.town, town))
