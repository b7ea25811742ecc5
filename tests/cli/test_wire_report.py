"""How BMW answers: what an emulated BMW does otherwise than the emulator is seen, and nothing private is told."""

import json
from pathlib import Path

import msgspec
import pytest
from tests.cli.conftest import Run, sign_in

from bimmerhub.cli.reporting.emulated_answers import emulated_account, record
from bimmerhub.domain.account.family import Family
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.reporting.wire_comparison import find_differences
from bimmerhub.hub.reporting.wire_shape import shape_of
from bimmerhub.views.wire import WireAnswer

TOGETHER = ("mappings-wrapped", "telematic-as-list", "no-complete-link", "retry-after")
SENTENCES = {
    "mappings: the body is object at BMW, list at the emulator",
    "telematic-data: telematicData is list at BMW, object at the emulator",
    "sign-in: code: the emulator has verification_uri_complete (address), BMW does not",
    "sign-in: look for the approval: BMW sends the header retry-after (number), the emulator does not",
}
"""What is said of these faults."""


async def with_faults(emulator: Emulator, hub: Hub, *names: str, stream_s: float = 0) -> WireAnswer:
    for name in names:
        emulator.faults.switch_on(FaultSwitch(name=name))
    try:
        return await record(emulator, hub, stream_s=stream_s)
    finally:
        emulator.faults.switch_off()


async def test_what_bmw_does_otherwise_is_said() -> None:
    async with emulated_account(Family.CARDATA, drivetrain="BEV") as (emulator, hub):
        usual = await record(emulator, hub, stream_s=2)
        odd = await with_faults(emulator, hub, *TOGETHER)
        refused = await with_faults(emulator, hub, "car-refused", "no-stream-configured", stream_s=1)
        info = emulator.info
    assert find_differences(usual, usual) == []
    assert set(find_differences(odd, usual)) >= SENTENCES
    assert "basic-data: BMW answers 403 CU-104, the emulator 200" in find_differences(refused, usual)
    assert "stream: BMW's SUBACK is 128, the emulator's 0" in find_differences(refused, usual)
    assert (usual.not_asked, [row.status for row in usual.exchanges]) == ([], [200, 403, *[200] * 9])
    told = msgspec.json.encode([usual, odd, refused]).decode()
    for private in (info.gcid, info.client_id, info.vehicles[0].vin, info.vehicles[0].vin[-4:], info.user):
        assert private not in told


@pytest.mark.parametrize("family", [Family.IREMOTE, Family.CONNECTEDDRIVE, Family.MYBMW])
async def test_older_interfaces_are_recorded_without_their_sign_in(family: Family) -> None:
    async with emulated_account(family, drivetrain="BEV") as (emulator, hub):
        usual = await record(emulator, hub, stream_s=2)
        info = emulator.info
    told = msgspec.json.encode(usual).decode()
    assert len([row for row in usual.exchanges if row.status == 200]) > 3
    assert usual.not_asked[0] == "sign-in: it would need the password"
    assert usual.stream is None
    for private in (info.vehicles[0].vin, info.user, "emulator@"):
        assert private not in told


def test_command_says_the_price_and_wants_a_yes(run: Run, emulator: Emulator, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    result = run("report", "--wire")
    assert result.code == 2
    assert "up to 9 of the" in result.err
    assert "Add --yes" in result.err


def test_command_writes_both_answers_and_the_differences(
    run: Run, emulator: Emulator, data_dir: Path, tmp_path: Path
) -> None:
    sign_in(emulator, data_dir)
    emulator.faults.switch_on(FaultSwitch(name="mappings-wrapped"))
    out = tmp_path / "wire.json"
    result = run("report", "--wire", "--yes", "--listen", "0", "--out", out)
    written = json.loads(out.read_text("utf-8"))
    assert result.code == 0, result.err
    assert "mappings: the body is object at BMW, list at the emulator" in written["differences"]
    assert "- mappings: the body is object at BMW" in result.out
    assert "sign-in: code" in result.out
    assert emulator.info.gcid not in out.read_text("utf-8")


def test_shape_of_a_body_tells_kinds_and_closed_words_only() -> None:
    body = {
        "telematicData": {"vehicle.isMoving": {"value": "true", "unit": None, "timestamp": "2026-01-01T00:00:00Z"}},
        "Erika Mustermann": "erika@example.org",
        "list": [1, 2.5, "Erika", "WBA00000000000001"],
    }
    shape = shape_of([json.dumps(body).encode(), b"", b"<html>", b"Erika"])
    assert shape.kinds == {
        "": ["XML or HTML", "bytes that are no JSON", "nothing", "object"],
        "list": ["list"],
        "list[]": ["VIN", "number", "text", "whole number"],
        "telematicData": ["object"],
        "telematicData.{descriptor}": ["object"],
        "telematicData.{descriptor}.timestamp": ["time 0000-00-00T00:00:00Z"],
        "telematicData.{descriptor}.unit": ["null"],
        "telematicData.{descriptor}.value": ["word"],
        "x1": ["text"],
    }
    assert shape.words == {"telematicData.{descriptor}.value": ["true"]}
