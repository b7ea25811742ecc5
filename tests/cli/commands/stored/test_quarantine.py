"""`bimmerhub quarantine list`: which car each line is about, and the lines of one car. With and without a hub."""

from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, capture_line

OTHER = "WBY00000000000002"


@pytest.fixture(autouse=True)
def _two_cars(maybe_hub: object, run: Run, capture: Path) -> None:  # noqa: ARG001 - runs beside
    bad_row = capture_line(50, second=3, vin=OTHER).replace("12:00:03Z", "no time", 1).replace('"12:00:03Z"', '"?"')
    lines = [
        capture_line(250, second=1),
        capture_line(60, second=8),
        capture_line(60, second=2, vin=OTHER),
        capture_line(251, vin=OTHER),
        bad_row,
    ]
    capture.write_text("".join(lines) + "{broken\n" + f'{{broken "topic": "g/{OTHER}"\n')
    assert run("import", capture, "--json").json["refused"] == 5


def test_each_line_says_which_car(run: Run) -> None:
    items = run("quarantine", "list", "--json").json["items"]
    assert [item["vin"] for item in items] == [OTHER, None, OTHER, OTHER, VIN]
    lines = run("quarantine", "list").out.splitlines()
    assert [line.split()[1] for line in lines[-5:]] == ["…0002", "-", "…0002", "…0002", "…0001"]


@pytest.mark.parametrize(("car", "vin", "count"), [("0001", VIN, 1), ("0002", OTHER, 3)])
def test_one_cars_are_listed(run: Run, car: str, vin: str, count: int) -> None:
    items = run("quarantine", "list", car, "--json").json["items"]
    assert [item["vin"] for item in items] == [vin] * count
    assert run("quarantine", "list", car, "--limit", "1").err.count("newest 1") == (count > 1)


def test_another_car_is_named(run: Run) -> None:
    assert "no vehicle's VIN ends with '7777'" in run("quarantine", "list", "7777").err


def test_what_is_said_of_rejections_is_about_the_car(run: Run, capture: Path) -> None:
    capture.write_text(capture_line(61, second=9))
    run("import", capture)
    assert run("readings", "reject", "0001", SOC, "2026-07-27T12:00:09Z").code == 0
    assert "left out (1 judgement" in run("quarantine", "list", "0001").err
    assert "left out" not in run("quarantine", "list", "0002").err
    assert len(run("quarantine", "list", "0001", "--rejected", "--json").json["items"]) == 2
