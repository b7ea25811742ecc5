"""How a table fits into a terminal: no line too wide, no key torn apart, nothing left out."""

import pytest

from bimmerhub.cli.printing.terminal_table import lay_out

POSITION = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
COLUMNS = ("signal", "value", "descriptor")
ROWS = [("latitude_deg", "50.1 deg", POSITION), ("is_moving", "no", "vehicle.isMoving")]


def test_a_table_that_fits_has_a_line_a_row() -> None:
    table = lay_out(COLUMNS, ROWS, numbers=("value",), width=100)
    assert table.head == ["signal           value  descriptor"]
    assert table.body == [
        f"latitude_deg  50.1 deg  {POSITION}",
        "is_moving           no  vehicle.isMoving",
    ]


def test_a_key_is_folded_at_a_dot_where_room_is_left() -> None:
    table = lay_out(COLUMNS, ROWS, width=80)
    assert table.body[:2] == [
        "latitude_deg  50.1 deg  vehicle.cabin.infotainment.navigation.currentLocation.",
        "                        latitude",
    ]


def test_a_key_stands_whole_beneath_its_row_where_none_is_left() -> None:
    table = lay_out(COLUMNS, ROWS, width=70)
    assert table.head == ["signal        value", "    descriptor"]
    assert table.body[:2] == ["latitude_deg  50.1 deg", f"    {POSITION}"]


def test_what_is_missing_has_no_line_beneath() -> None:
    table = lay_out(COLUMNS, [*ROWS, ("range_km", "9 km", "-")], width=60)
    assert table.body[-2:] == ["    vehicle.isMoving", "range_km      9 km"]


def test_columns_without_a_name_have_no_heading() -> None:
    table = lay_out(("", ""), [("name", "Beverly Hills"), ("page", "-")], width=80)
    assert (table.head, table.body) == ([], ["name  Beverly Hills", "page  -"])


@pytest.mark.parametrize("width", [20, 40, 80, 100])
def test_words_are_kept_in_their_order_at_every_width(width: int) -> None:
    why = "REST has a newer value that the stream should have brought and did not"
    table = lay_out(("verdict", "why"), [("not ticked", why)], width=width)
    assert " ".join(" ".join(table.body).split()) == f"not ticked {why}"
    assert max(map(len, table.body)) <= width
