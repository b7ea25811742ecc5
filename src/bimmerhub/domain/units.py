"""Units: one spelling for each, and the way from one to another.

BMW writes the same unit in several ways (`percent`, `%`, `Celsius`, `°C`, `miles`, `mi`; observed by clients
2025-2026; `WGS84`, `cm`, `w`, `kpa`, `L` in a customer archive of 2019), in the catalogue and on the wire.
`normalise_unit` gives each the one spelling that the rest of bimmerhub knows.
"""

from typing import Final

from bimmerhub.domain.no_value import is_no_value

KM_PER_MILE: Final = 1.609344
"""Kilometres in one international mile, exactly."""

SIGNIFICANT_DIGITS: Final = 12
"""What `convert` keeps: more than any sensor gives, few enough to drop binary noise (30,000 mi are 48280.32 km)."""

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "%": ("%", "percent", "percentage", "pct"),
    "km": ("km", "kilometer", "kilometers", "kilometre", "kilometres", "kms"),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mi": ("mi", "mile", "miles"),
    "ft": ("ft", "foot", "feet"),
    "km/h": ("km/h", "kmh", "kph"),
    "mph": ("mph", "mi/h"),
    "W": ("w", "watt", "watts"),
    "kW": ("kw", "kilowatt", "kilowatts"),
    "Wh": ("wh",),
    "kWh": ("kwh",),
    "kWh/100km": ("kwh/100km", "kwh/62mi"),
    "kWh/100mi": ("kwh/100mi",),
    "kWh/mi": ("kwh/mi", "kwh/mile"),
    "Wh/km": ("wh/km",),
    "Wh/mi": ("wh/mi", "wh/mile"),
    "mi/kWh": ("mi/kwh", "miles/kwh"),
    "km/kWh": ("km/kwh",),
    "V": ("v", "volt", "volts"),
    "mV": ("mv",),
    "A": ("a", "amp", "amps", "ampere", "amperes"),
    "mA": ("ma",),
    "Pa": ("pa",),
    "hPa": ("hpa", "mbar", "millibar"),
    "kPa": ("kpa",),
    "MPa": ("mpa",),
    "bar": ("bar", "bars"),
    "psi": ("psi",),
    "°C": ("°c", "c", "celsius", "degreec", "degreesc", "degc", "degreecelsius", "degreescelsius", "℃"),
    "°F": ("°f", "f", "fahrenheit", "degreef", "degreesf", "degf", "degreefahrenheit", "degreesfahrenheit"),
    "K": ("k", "kelvin"),
    "deg": ("deg", "°", "degree", "degrees", "wgs84"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "min": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "weeks": ("weeks", "week"),
    "months": ("months", "month"),
    "l": ("l", "liter", "liters", "litre", "litres", "ltr"),
    "gal": ("gal", "gallon", "gallons", "usgal", "usgallon", "usgallons", "gal(us)", "gallon(us)", "gallons(us)"),
    "gal(UK)": (
        "gal(uk)",
        "ukgal",
        "ukgallon",
        "ukgallons",
        "impgal",
        "imperialgal",
        "imperialgallon",
        "imperialgallons",
        "gal(imp)",
        "gallon(uk)",
        "gallons(uk)",
    ),
    "stars": ("stars", "star"),
}
_CANONICAL: Final = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}

# Size of each unit as a fraction of whole numbers (numerator, denominator) of its dimension's first unit: exact, so
# that one division at the end is the only rounding. A gallon without a country is the US one: BMW's catalogue equates
# 100 l with 26.5 gal.
_SIZES: Final[tuple[dict[str, tuple[int, int]], ...]] = (
    {"km": (1, 1), "m": (1, 1000), "cm": (1, 100_000), "mi": (1_609_344, 1_000_000), "ft": (3048, 10_000_000)},
    {"km/h": (1, 1), "mph": (1_609_344, 1_000_000)},
    {"kW": (1, 1), "W": (1, 1000)},
    {"kWh": (1, 1), "Wh": (1, 1000)},
    {
        "kWh/100km": (1, 1),
        "kWh/100mi": (1_000_000, 1_609_344),
        "kWh/mi": (100_000_000, 1_609_344),
        "Wh/km": (1, 10),
        "Wh/mi": (100_000, 1_609_344),
    },
    {"km/kWh": (1, 1), "mi/kWh": (1_609_344, 1_000_000)},
    {"V": (1, 1), "mV": (1, 1000)},
    {"A": (1, 1), "mA": (1, 1000)},
    {
        "kPa": (1, 1),
        "Pa": (1, 1000),
        "hPa": (1, 10),
        "MPa": (1000, 1),
        "bar": (100, 1),
        "psi": (6_894_757_293_168, 1_000_000_000_000),
    },
    {"s": (1, 1), "min": (60, 1), "h": (3600, 1), "d": (86_400, 1), "weeks": (604_800, 1)},
    {"l": (1, 1), "gal": (3_785_411_784, 1_000_000_000), "gal(UK)": (4_546_090, 1_000_000)},
)
_FACTORS: Final = {
    (source, target): (size[0] * goal[1], size[1] * goal[0])
    for dimension in _SIZES
    for source, size in dimension.items()
    for target, goal in dimension.items()
}
_PER_100KM: Final = frozenset({"kWh/100km", "kWh/100mi"})
_PER_KWH: Final = frozenset({"km/kWh", "mi/kWh"})


def normalise_unit(text: str | None) -> str | None:
    """Return the one spelling of a unit; None for "no unit"; unknown text as it is but trimmed.

    Case and blanks make no difference, nor does `(s)` for a plural or a dot at the end. `kWh/62 mi` is what cars set to
    miles call kWh/100km, since 62 miles are 100 km (BMW's catalogue gives both the same range).
    """
    if text is None:
        return None
    stripped = text.strip()
    compact = "".join(stripped.lower().split()).replace("(s)", "s").removesuffix(".")
    unit = _CANONICAL.get(compact)
    if unit is None and is_no_value(stripped):
        return None
    return unit or stripped


def is_unit(text: str) -> bool:
    """Tell whether a text is a unit that is known here, in any spelling."""
    return normalise_unit(text) in _SPELLINGS


def convert(value: float, from_unit: str | None, to_unit: str | None) -> float:
    """Return `value` in `to_unit`; both units in the spelling of `normalise_unit`.

    The same unit twice gives the value back untouched; anything else is rounded to `SIGNIFICANT_DIGITS`. Consumption
    (kWh/100km) and its inverse (mi/kWh) convert into each other. ValueError when there is no way, or none for this
    value.
    """
    if from_unit == to_unit:
        return value
    if from_unit is None or to_unit is None:
        raise ValueError(f"no way from {from_unit} to {to_unit}")
    factor = _FACTORS.get((from_unit, to_unit))
    if factor is not None:
        return _rounded(value * factor[0] / factor[1])
    return _rounded(_convert_otherwise(value, from_unit, to_unit))


def _convert_otherwise(value: float, from_unit: str, to_unit: str) -> float:
    if (from_unit, to_unit) == ("°F", "°C"):
        return (value - 32) * 5 / 9
    if (from_unit, to_unit) == ("°C", "°F"):
        return value * 9 / 5 + 32
    if (from_unit, to_unit) == ("K", "°C"):
        return value - 273.15
    if from_unit in _PER_KWH and to_unit in _PER_100KM and value > 0:
        return convert(100 / convert(value, from_unit, "km/kWh"), "kWh/100km", to_unit)
    if from_unit in _PER_100KM and to_unit in _PER_KWH and value > 0:
        return convert(100 / convert(value, from_unit, "kWh/100km"), "km/kWh", to_unit)
    raise ValueError(f"no way from {from_unit} to {to_unit} for {value}")


def _rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
