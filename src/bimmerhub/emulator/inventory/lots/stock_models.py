"""The models that dealers have in stock. Figures are plausible, codes are invented in the form of BMW's."""

from dataclasses import dataclass
from enum import StrEnum


class BodyStyle(StrEnum):
    """The shape of a body, in the words of the American sites (inferred)."""

    SEDAN = "Sedan"
    COUPE = "Coupe"
    CONVERTIBLE = "Convertible"
    SAV = "Sports Activity Vehicle"
    HARDTOP = "Hardtop"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockModel:
    """A model. `code` is its American code, `msrp_usd` what a new one costs, `built` its first and last model year.

    `drivetrain` is AWD, RWD or FWD, `fuel` Gasoline, Electric or Hybrid; `litres` 0.0: no engine.
    """

    code: str
    brand: str
    series: str
    name: str
    body: BodyStyle
    drivetrain: str
    fuel: str
    cylinders: int
    litres: float
    city_mpg: int
    highway_mpg: int
    msrp_usd: int
    built: tuple[int, int]


def _model(  # noqa: PLR0917 - a row of a table
    code: str,
    series: str,
    name: str,
    body: BodyStyle,
    drivetrain: str,
    fuel: str,
    engine: tuple[int, float],
    mpg: tuple[int, int],
    msrp_usd: int,
    built: tuple[int, int],
    brand: str = "BMW",
) -> StockModel:
    return StockModel(
        code=code,
        brand=brand,
        series=series,
        name=name,
        body=body,
        drivetrain=drivetrain,
        fuel=fuel,
        cylinders=engine[0],
        litres=engine[1],
        city_mpg=mpg[0],
        highway_mpg=mpg[1],
        msrp_usd=msrp_usd,
        built=built,
    )


_FOUR, _SIX, _EIGHT, _THREE, _NONE = (4, 2.0), (6, 3.0), (8, 4.4), (3, 1.5), (0, 0.0)
_GAS, _VOLT, _BOTH = "Gasoline", "Electric", "Hybrid"
_MINI, _TWO_DOOR = "MINI", "Hardtop 2 Door"
_SEDAN, _COUPE, _OPEN, _SAV, _HARDTOP = BodyStyle

STOCK_MODELS = (
    _model("22BA", "2 Series", "230i", _COUPE, "RWD", _GAS, _FOUR, (26, 35), 39_600, (2015, 2025)),
    _model("23DA", "3 Series", "330i", _SEDAN, "RWD", _GAS, _FOUR, (26, 36), 45_950, (2017, 2025)),
    _model("23DB", "3 Series", "330i xDrive", _SEDAN, "AWD", _GAS, _FOUR, (25, 34), 47_950, (2017, 2025)),
    _model("23HE", "3 Series", "330e", _SEDAN, "RWD", _BOTH, _FOUR, (28, 30), 47_450, (2018, 2024)),
    _model("23MC", "3 Series", "M340i xDrive", _SEDAN, "AWD", _GAS, _SIX, (23, 32), 61_600, (2020, 2025)),
    _model("24CV", "4 Series", "430i", _OPEN, "RWD", _GAS, _FOUR, (25, 34), 59_700, (2015, 2025)),
    _model("24IJ", "i4", "i4 eDrive40", _SEDAN, "RWD", _VOLT, _NONE, (113, 111), 57_900, (2022, 2025)),
    _model("25DB", "5 Series", "530i xDrive", _SEDAN, "AWD", _GAS, _FOUR, (26, 33), 61_800, (2015, 2025)),
    _model("25IA", "i5", "i5 eDrive40", _SEDAN, "RWD", _VOLT, _NONE, (104, 102), 67_100, (2024, 2025)),
    _model("27SB", "7 Series", "750i xDrive", _SEDAN, "AWD", _GAS, _EIGHT, (17, 24), 105_700, (2015, 2022)),
    _model("2XA1", "X1", "X1 xDrive28i", _SAV, "AWD", _GAS, _FOUR, (25, 34), 42_000, (2016, 2025)),
    _model("2XC3", "X3", "X3 xDrive30i", _SAV, "AWD", _GAS, _FOUR, (24, 29), 50_900, (2018, 2024)),
    _model("2XE5", "X5", "X5 xDrive40i", _SAV, "AWD", _GAS, _SIX, (23, 27), 68_600, (2019, 2025)),
    _model("2XH5", "X5", "X5 xDrive45e", _SAV, "AWD", _BOTH, _SIX, (20, 24), 67_300, (2021, 2023)),
    _model("2IX1", "iX", "iX xDrive50", _SAV, "AWD", _VOLT, _NONE, (86, 87), 87_250, (2022, 2025)),
    _model("2I3A", "i3", "i3", _HARDTOP, "RWD", _VOLT, _NONE, (124, 102), 44_450, (2015, 2021)),
    _model("2M4A", "M4", "M4", _COUPE, "RWD", _GAS, _SIX, (16, 23), 79_100, (2015, 2025)),
    _model("3MH2", _TWO_DOOR, "Cooper", _HARDTOP, "FWD", _GAS, _THREE, (28, 39), 29_945, (2015, 2025), _MINI),
    _model("3MS2", _TWO_DOOR, "Cooper S", _HARDTOP, "FWD", _GAS, _FOUR, (28, 38), 33_195, (2015, 2025), _MINI),
    _model("3ME2", _TWO_DOOR, "Cooper SE", _HARDTOP, "FWD", _VOLT, _NONE, (119, 100), 30_900, (2020, 2024), _MINI),
    _model("3MH4", "Hardtop 4 Door", "Cooper S", _HARDTOP, "FWD", _GAS, _FOUR, (27, 37), 34_195, (2015, 2025), _MINI),
    _model("3MCV", "Convertible", "Cooper S", _OPEN, "FWD", _GAS, _FOUR, (25, 36), 39_400, (2016, 2025), _MINI),
    _model("3MA4", "Countryman", "Cooper S ALL4", _SAV, "AWD", _GAS, _FOUR, (24, 32), 38_900, (2017, 2025), _MINI),
)


def models_of(brand: str) -> tuple[StockModel, ...]:
    """Return the models of a brand (`BMW` or `MINI`)."""
    return tuple(model for model in STOCK_MODELS if model.brand == brand)


def model_by_code(code: str) -> StockModel | None:
    """Return the model with an American code, None when there is none."""
    return next((model for model in STOCK_MODELS if model.code == code), None)
