"""A customer archive's sessions, tyres and places are kept as BMW's answers are, each once."""

import json
from pathlib import Path

from tests.bmw.test_archive import SESSION, TYRE, key_list, pack
from tests.cli.conftest import Run


def test_an_archive_twice_is_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    tyres = {"passengerCar": {"mountedTyres": {"frontLeft": TYRE}}}
    learned = {"places": [{"place": {"id": "p1"}}]}
    path.write_bytes(
        pack(key_list(), charging=json.dumps([SESSION]), tyres=json.dumps(tyres), places=json.dumps(learned))
    )
    shown = []
    for _ in range(2):
        result = run("import", path)
        assert (result.code, "3 charging sessions, tyres and learned places" in result.err) == (0, True), result.err
        [session] = run("charging-history", "--json").json["items"]
        [tyre] = run("tyres", "--json").json["items"]
        shown.append((session, tyre))
    assert (session["started_at"], session["source"]) == ("2026-07-25T12:00:00.000Z", "archive")
    assert (tyre["wheel"], tyre["dimension"]) == ("front_left", "245/? R19")
    assert shown[0] == shown[1]
    assert run("tyres", "--changes", "--json").json["items"] == []
