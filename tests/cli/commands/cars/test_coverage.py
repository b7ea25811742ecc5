"""`coverage --export` and `catalogue models`: what models send, without anything of the car."""

import pytest
from tests.cli.conftest import SOC, VIN, Run


@pytest.mark.usefixtures("maybe_hub")
def test_export_tells_key_verdict_and_cadence_but_no_vin(run: Run, recent_capture: object) -> None:
    run("import", str(recent_capture))
    result = run("coverage", "--export")
    [model] = result.json["items"]
    arriving = [row for row in model["descriptors"] if row["verdict"] == "arriving"]
    assert arriving == [{"descriptor": SOC, "verdict": "arriving", "cadence": None}]
    assert VIN not in result.out
    assert "_at" not in result.out
    assert run("coverage", VIN[-4:], "--export").json == result.json


def test_models_are_listed_with_their_source(run: Run) -> None:
    items = run("catalogue", "models", "--json").json["items"]
    assert all(fact["source"] and fact["note"] and fact["descriptors"] for fact in items)
    assert "X3 30e" in run("catalogue", "models").out
