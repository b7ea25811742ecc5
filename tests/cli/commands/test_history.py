"""`history` and `positions`: what is asked for by a name that has no readings, and what is printed."""

import csv
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, capture_line

LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
THAT_DAY = ("--from", "2026-07-27T00:00:00Z", "--to", "2026-07-28T00:00:00Z")
LATER = ("--from", "2026-07-28T00:00:00Z", "--to", "2026-07-29T00:00:00Z")


@pytest.fixture(autouse=True)
def _stored(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A car with three charge levels, an own key of no catalogue, and two positions."""
    monkeypatch.setenv("TZ", "UTC")
    lines = [capture_line(level, second=second) for second, level in enumerate((60, 61, 62.123))]
    lines.append(capture_line(1_234_567.5, descriptor="x.own.key"))
    for second, (latitude, longitude) in enumerate([(50.7641312, 6.0583801), (50.7642, 6.0585)]):
        lines.append(capture_line(latitude, second=second, descriptor=LATITUDE).replace("percent", "degrees"))
        lines.append(capture_line(longitude, second=second, descriptor=LONGITUDE).replace("percent", "degrees"))
    path = tmp_path / "car.ndjson"
    path.write_text("".join(lines))
    assert run("import", path).code == 0


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("is_any_door_open", "Ask for one of them: is_door_front_driver_open, "),
        ("is_any_window_open", "Ask for one of them: window_front_driver, "),
        ("fuel_range_km", "Ask for one of them: total_range_km, "),
        ("any_door", "Did you mean is_any_door_open?"),
        ("soc_procent", "Did you mean soc_percent?"),
        ("vehicle.vehicle.traveledDistance", "Did you mean vehicle.vehicle.travelledDistance?"),
        ("X.own.kee", "Did you mean x.own.key?"),
    ],
)
def test_a_name_without_readings_says_what_to_ask_for(run: Run, what: str, hint: str) -> None:
    for form in ([], ["--json"], ["--buckets", "5"], ["--csv"]):
        result = run("history", VIN, what, *form)
        assert (result.code, result.out) == (2, "")
        assert hint in result.err


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize("what", ["soc_percent", SOC])
def test_an_empty_range_says_when_there_are_readings(run: Run, what: str) -> None:
    for form in ([], ["--buckets", "5"], ["--csv"]):
        result = run("history", VIN, what, *LATER, *form)
        assert result.code == 0
        assert "The first reading is of 2026-07-27 12:00:00, the last of 2026-07-27 12:00:02." in result.err


@pytest.mark.parametrize("what", ["odometer_km", "vehicle.vehicle.travelledDistance"])
def test_what_the_car_never_sent_is_said(run: Run, what: str) -> None:
    assert "This car has not sent it yet" in run("history", VIN, what).err


@pytest.mark.usefixtures("maybe_hub")
def test_positions_are_printed_whole(run: Run) -> None:
    page = run("positions", VIN[-4:], *THAT_DAY, "--json").json
    assert [item["latitude_deg"] for item in page["items"]] == [50.7641312, 50.7642]
    assert (page["next"], page["is_complete"]) == (None, True)
    assert "50.764131 deg" in run("positions", VIN[-4:], *THAT_DAY).out
    rows = list(csv.DictReader(run("positions", VIN[-4:], *THAT_DAY, "--csv").out.splitlines()))
    assert [(row["latitude_deg"], row["longitude_deg"]) for row in rows] == [
        ("50.7641312", "6.0583801"),
        ("50.7642", "6.0585"),
    ]
    assert rows[0]["measured_at"].startswith("2026-07-27T12:00:00")
    assert rows[0]["altitude_m"] == ""


def test_history_is_printed_as_csv(run: Run) -> None:
    rows = list(csv.DictReader(run("history", VIN, "soc_percent", *THAT_DAY, "--csv").out.splitlines()))
    assert [(row["value"], row["unit"], row["descriptor"]) for row in rows] == [
        ("60", "%", SOC),
        ("61", "%", SOC),
        ("62.123", "%", SOC),
    ]
    [bucket] = csv.DictReader(run("history", VIN, SOC, *THAT_DAY, "--buckets", "1", "--csv").out.splitlines())
    assert (bucket["min"], bucket["last"], bucket["unit"], bucket["count"]) == ("60.0", "62.123", "%", "3")


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize(("what", "unit"), [("soc_percent", "%"), (SOC, "%"), (LATITUDE, "deg"), ("x.own.key", "%")])
def test_buckets_have_their_unit(run: Run, what: str, unit: str) -> None:
    [bucket] = run("history", VIN, what, *THAT_DAY, "--buckets", "1", "--json").json["items"]
    assert bucket["unit"] == unit
    header, row = run("history", VIN, what, *THAT_DAY, "--buckets", "1").out.splitlines()
    assert "unit" in header
    assert f" {unit} " in row


def test_numbers_are_neither_cut_nor_longer_than_they_are_exact(run: Run) -> None:
    assert "1234568 %" in run("history", VIN, "x.own.key", *THAT_DAY).out
    assert "50.764131 deg" in run("history", VIN, LATITUDE, *THAT_DAY).out
    assert " 61.04 " in run("history", VIN, SOC, *THAT_DAY, "--buckets", "1").out
