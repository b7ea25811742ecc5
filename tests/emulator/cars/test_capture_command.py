"""`bimmerhub emulator capture` from the command line."""

import json
from pathlib import Path

import pytest

from bimmerhub.cli import main
from bimmerhub.emulator.cars import MODELS


def capture(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["emulator", "capture", *arguments])
    return ended.value.code


def test_cars_and_pace_can_be_chosen(tmp_path: Path) -> None:
    counts = []
    for pace in ("5", "90"):
        out = tmp_path / f"{pace}.ndjson"
        assert capture("--out", str(out), "--days", "2", "--models", "ix3, x1", "--report-every", pace) == 0
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        assert {line["payload"]["vin"] for line in lines} == {MODELS["ix3"].vin, MODELS["x1"].vin}
        counts.append(len(lines))
    assert counts[0] > 4 * counts[1]


@pytest.mark.parametrize("models", ["hovercraft", "bev,bev", ""])
def test_cars_that_are_not_there_are_refused(tmp_path: Path, models: str) -> None:
    assert capture("--out", str(tmp_path / "a.ndjson"), "--models", models) == 2
