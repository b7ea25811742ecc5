"""`coverage --export`: what models send, without anything of the car."""

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
