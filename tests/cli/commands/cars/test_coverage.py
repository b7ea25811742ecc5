"""`coverage --export`: what models send, without anything of the car."""

from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, capture_line


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


def test_export_has_the_brand_of_an_imported_car_and_says_that_the_vin_tells_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mini.ndjson"
    path.write_text(capture_line(60, vin="WMW00000000000001") + capture_line(60, vin="LBV00000000000001"))
    run("import", path)
    models = run("coverage", "--export").json["items"]
    listed = [(car["brand"], car["brand_from_vin"]) for car in run("vehicles", "--json").json["items"]]
    assert {(model["brand"], model["brand_from_vin"]) for model in models} == set(listed)
    assert ("MINI", True) in listed


@pytest.mark.usefixtures("maybe_hub")
def test_descriptors_of_one_verdict_stand_together_under_its_reason(run: Run, recent_capture: object) -> None:
    run("import", str(recent_capture))
    lines = run("coverage").out.splitlines()
    assert lines[:3] == [VIN, "", "1 arriving (ticked: yes): came within the last day"]
    assert lines[3].split() == ["streamed", "every", "comes", "descriptor"]
    assert lines[4].endswith(SOC)
    assert len(lines) == 5
    assert "(ticked: cannot): is not streamed" in run("coverage", "--all").out


def test_a_car_that_only_a_capture_told_of_is_not_said_to_have_lost_its_stream(run: Run, capture: object) -> None:
    run("import", str(capture), "--json")
    why = "no account's stream was connected for this car so far"
    assert f"stream down (ticked: unknown): {why}" in run("coverage", "--all").out
