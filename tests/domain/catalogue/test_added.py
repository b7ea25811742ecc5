"""Values of keys that BMW listed after the release, shown in the unit of the list."""

import pytest

from bimmerhub.domain.catalogue.added import show_as_listed
from bimmerhub.domain.catalogue.comparison import ListedKey, make_row
from bimmerhub.domain.catalogue.descriptors import load_catalogue, parse_entry
from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

KM = parse_entry(make_row(ListedKey(key=Descriptor("vehicle.new.distance"), datatype="float", unit="km")))
FLAG = parse_entry(make_row(ListedKey(key=Descriptor("vehicle.new.flag"), datatype="boolean")))


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (67, "mi", (107.826048, "km")),
        ("67", "mi", (107.826048, "km")),
        ("67", "km", (67, "km")),
        (67, None, (67, None)),
        (67, "psi", (67, "psi")),
        (None, "mi", (None, "mi")),
        ("far", "mi", ("far", "mi")),
        (True, None, (True, None)),
    ],
)
def test_a_number_stands_in_the_unit_of_the_list(
    value: Value, unit: str | None, shown: tuple[Value, str | None]
) -> None:
    assert show_as_listed(KM, value, unit) == shown


def test_what_is_no_number_is_shown_as_it_came() -> None:
    assert show_as_listed(FLAG, "true", None) == ("true", None)


def test_an_added_entry_never_takes_the_place_of_a_released_one() -> None:
    catalogue = load_catalogue()
    key = Descriptor("vehicle.isMoving")
    other = parse_entry(make_row(ListedKey(key=key, name="Other", datatype="float")))
    assert catalogue.with_added([other, KM])[key] is catalogue[key]
    assert len(catalogue) == len(catalogue.with_added([other, KM])) - 1
