"""`bimmerhub catalogue`: what BMW can send, with and without a hub or a database."""

import pytest
from tests.cli.conftest import SOC, Run


@pytest.mark.usefixtures("maybe_hub")
def test_catalogue_finds_descriptors(run: Run) -> None:
    items = run("catalogue", "mileage", "--json").json["items"]
    assert items[0]["descriptor"] == "vehicle.vehicle.travelledDistance"
    assert len(run("catalogue", "--json").json["items"]) == 295
    assert run("catalogue", "soc").out.splitlines()[1].split()[0] == SOC


@pytest.mark.usefixtures("maybe_hub")
def test_catalogue_is_filtered_and_speaks_german(run: Run) -> None:
    items = run("catalogue", "soc", "--language", "de", "--rest-only", "--drivetrain", "BEV", "--json").json["items"]
    assert items[0]["title"] == "Ladestand (vorausgesagt)"
    assert not any(entry["streamable"] for entry in items)
    assert [entry["category"] for entry in run("catalogue", "--category", "EVENTS", "--json").json["items"]] == [
        "EVENTS",
        "EVENTS",
    ]
    assert "chargingHistory only" in run("catalogue", "search", "--endpoint", "chargingHistory").out


def test_a_search_for_nothing_says_so(run: Run) -> None:
    result = run("catalogue", "no", "such", "words")
    assert (result.code, result.err) == (0, "Nothing in BMW's catalogue is like that.\n")


def test_an_unknown_filter_is_wrong_usage(run: Run) -> None:
    assert run("catalogue", "--category", "TYRES").code == 2
    assert run("catalogue", "--help").code == 0
