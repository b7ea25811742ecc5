import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.units import convert, normalise_unit

MAGNITUDES = st.floats(min_value=1e-3, max_value=1e9)
THERE_AND_BACK = [
    ("mi", "km"),
    ("ft", "m"),
    ("mph", "km/h"),
    ("W", "kW"),
    ("Wh", "kWh"),
    ("psi", "kPa"),
    ("bar", "kPa"),
    ("hPa", "kPa"),
    ("cm", "m"),
    ("gal(UK)", "l"),
    ("°F", "°C"),
    ("min", "s"),
    ("weeks", "d"),
    ("gal", "l"),
    ("mV", "V"),
    ("mA", "A"),
    ("mi/kWh", "kWh/100km"),
    ("kWh/100mi", "km/kWh"),
]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("WGS84", "deg"),
        ("kWh/62 mi", "kWh/100km"),
        ("kWh / 100 km", "kWh/100km"),
        ("degree Celsius", "°C"),
        ("mbar", "hPa"),
        ("UK gal", "gal(UK)"),
        ("gallons (UK)", "gal(UK)"),
        ("kms", "km"),
        ("pct.", "%"),
        ("℃", "°C"),
        ("bars", "bar"),
        ("ltr", "l"),
        ("minute(s)", "min"),
        ("K", "K"),
        ("US gal", "gal"),
        ("percent", "%"),
        ("Percent", "%"),
        ("%", "%"),
        ("celsius", "°C"),
        ("Celsius", "°C"),
        ("°C", "°C"),
        ("degreeC", "°C"),
        ("degrees", "deg"),
        ("mi", "mi"),
        ("miles", "mi"),
        ("Mile", "mi"),
        (" KM ", "km"),
        ("kpa", "kPa"),
        ("kw", "kW"),
        ("Months", "months"),
        ("parsec", "parsec"),
    ],
)
def test_spellings_of_a_unit_become_one(text: str, unit: str) -> None:
    assert normalise_unit(text) == unit


@pytest.mark.parametrize("text", [None, "", " ", "-", "null", "NULL", "-NA-"])
def test_no_unit_is_none(text: str | None) -> None:
    assert normalise_unit(text) is None


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_unit(text)
    assert normalise_unit(once) == once


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        (1, "mi", "km", 1.609344),
        (30_000, "mi", "km", 48_280.32),
        (29_988, "mi", "km", 48_261.007872),
        (11_260, "W", "kW", 11.26),
        (11, "kW", "W", 11_000),
        (0.1, "kW", "W", 100),
        (2.5, "bar", "kPa", 250),
        (32, "°F", "°C", 0),
        (21, "°C", "°F", 69.8),
        (90, "s", "min", 1.5),
        (0.25, "MPa", "kPa", 250),
        (273.15, "K", "°C", 0),
        (150, "Wh/km", "kWh/100km", 15),
        (0.25, "kWh/mi", "kWh/100mi", 25),
        (0.25, "kWh/mi", "kWh/100km", 15.5342798059),
        (60, "mph", "km/h", 96.56064),
        (4, "mi/kWh", "kWh/100km", 15.5342798059),
        (5, "furlong", "furlong", 5),
    ],
)
def test_conversions_are_free_of_binary_noise(value: float, from_unit: str, to_unit: str, expected: float) -> None:
    assert convert(value, from_unit, to_unit) == expected


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit"),
    [(1, "km", "kWh"), (1, "furlong", "km"), (1, None, "km"), (1, "km", None), (0, "mi/kWh", "kWh/100km")],
)
def test_no_way_between_units_is_a_value_error(value: float, from_unit: str | None, to_unit: str | None) -> None:
    with pytest.raises(ValueError, match="no way"):
        convert(value, from_unit, to_unit)


@pytest.mark.parametrize(("one", "other"), THERE_AND_BACK)
@given(value=MAGNITUDES)
def test_there_and_back_is_the_same(one: str, other: str, value: float) -> None:
    assert convert(convert(value, one, other), other, one) == pytest.approx(value, rel=1e-9, abs=1e-9)
