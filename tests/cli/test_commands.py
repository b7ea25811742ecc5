"""Each command: what it prints, its one JSON document, its exit code; with and without a running hub."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, capture_line

from bimmerhub.cli import split_options
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.hub.app import Hub
from bimmerhub.hub.parts import FOLDS

LONG_AGO = ("--from", "2026-07-27T00:00:00Z", "--to", "2026-07-28T00:00:00Z")


@pytest.fixture
def imported(maybe_hub: Hub | None, run: Run, capture: Path) -> Hub | None:
    assert run("import", capture).code == 0
    return maybe_hub


@pytest.mark.usefixtures("maybe_hub")
def test_import_counts_what_was_read_new_repeated_and_refused(run: Run, capture: Path) -> None:
    capture.write_text(capture.read_text() + "{broken\n" + capture_line(60))
    first, second = run("import", capture, "--json"), run("import", capture, "--json")
    assert (first.code, set(first.json)) == (0, {"read", "new", "repeated", "refused", "refused_lines"})
    assert {name: first.json[name] for name in ("read", "new", "repeated", "refused")} == {
        "read": 5,
        "new": 3,
        "repeated": 1,
        "refused": 1,
    }
    assert first.json["refused_lines"][0]["line"] == 4
    assert (second.json["new"], second.json["repeated"]) == (0, 4)
    assert "refused: line 4" in run("import", capture).err


@pytest.mark.usefixtures("maybe_hub")
def test_import_of_several_files_is_summed_up_and_names_the_file_of_each_line(
    run: Run, capture: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.ndjson"
    other.write_text("{broken\n" * 150 + capture_line(70, second=40))
    summary = run("import", capture, other, "--json").json
    lines = summary.pop("refused_lines")
    assert summary == {"read": 154, "new": 4, "repeated": 0, "refused": 150}
    assert (len(lines), lines[0]["file"], lines[0]["line"]) == (100, "other.ndjson", 1)
    assert "refused: other.ndjson, line 1: " in run("import", capture, other).err


@pytest.mark.usefixtures("maybe_hub")
def test_import_of_a_broken_file_says_what_is_wrong_with_it(run: Run, tmp_path: Path, capture: Path) -> None:
    packed = tmp_path / "cut.ndjson.gz"
    packed.write_bytes(gzip.compress(capture.read_bytes() * 1_000)[:-20])
    result = run("import", packed)
    assert (result.code, result.out) == (1, "")
    assert "cut off" in result.err
    assert run("import", tmp_path / "missing.ndjson").code == 1


@pytest.mark.usefixtures("imported")
def test_vehicles_lists_them(run: Run) -> None:
    listed = run("vehicles", "--json").json
    assert listed["next"] is None
    assert [vehicle["vin"] for vehicle in listed["items"]] == [VIN]
    assert VIN in run("vehicles").out


@pytest.mark.usefixtures("imported")
def test_status_shows_signals(run: Run) -> None:
    status = run("status", "--json").json
    assert status["vin"] == VIN
    assert set(status["signals"]["soc_percent"]) == {
        "value",
        "unit",
        "measured_at",
        "age_s",
        "descriptor",
        "source",
        "quality",
        "freshness",
        "not_understood",
        "how",
        "band",
    }
    assert status["signals"]["soc_percent"]["value"] == 62
    assert "soc_percent" in run("status", VIN[-4:]).out


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("what", ["soc_percent", SOC])
def test_history_prints_readings_or_buckets(run: Run, what: str) -> None:
    points = run("history", VIN, what, *LONG_AGO, "--json").json["items"]
    assert [point["value"] for point in points] == [60, 61, 62]
    assert set(points[0]) == {"descriptor", "value", "unit", "measured_at", "source"}
    [bucket] = run("history", VIN, what, *LONG_AGO, "--buckets", "1", "--json").json["items"]
    assert set(bucket) == {"start_at", "unit", "min", "max", "mean", "first", "last", "count"}
    assert (bucket["min"], bucket["max"], bucket["count"]) == (60, 62, 3)
    assert "62" in run("history", VIN, what, *LONG_AGO).out


@pytest.mark.usefixtures("imported")
def test_brackets_and_emoji_words_in_values_are_printed_as_they_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.ndjson"
    path.write_text(capture_line("[/red] :car:", second=9, descriptor="x.y"))
    run("import", path)
    assert "[/red] :car:" in run("history", VIN, "x.y", *LONG_AGO).out


@pytest.mark.usefixtures("maybe_hub")
def test_without_accounts_the_lists_are_empty(run: Run, capture: Path) -> None:
    run("import", capture)
    for command in ("accounts", "quota"):
        assert run(command, "--json").json == {"items": [], "next": None}
        assert "bimmerhub login" in run(command).err


@pytest.mark.usefixtures("imported")
def test_rebuild_makes_the_records_anew(run: Run) -> None:
    assert "readings went through; what follows from them" in run("rebuild").out
    result = run("rebuild", VIN[-4:], "--json").json
    assert result["done"]
    assert len(FOLDS) <= result["parts"] <= 1 + len(FOLDS)  # the odometer may have been judged in the background before
    assert result["readings"] > 0
    assert run("rebuild", "WBA00000000000009").code == 2


@pytest.mark.usefixtures("imported")
def test_a_rebuild_that_stumbles_says_over_what(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DaysFold, "step", lambda *_: 1 / 0)
    result = run("rebuild")
    assert result.code == 1
    assert result.err.endswith(f"could not be made anew: days of …{VIN[-4:]}. Report it: bimmerhub report\n")
    assert run("status", VIN).code == 0


@pytest.mark.usefixtures("imported")
def test_a_backup_can_be_restored(run: Run, tmp_path: Path, data_dir: Path, imported: Hub | None) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert run("backup", copy).code == 0
    assert run("backup", copy).code == 1
    restored = run("restore", copy)
    assert restored.code == 1
    assert "--force" in restored.err
    if imported is not None:  # it runs in this process, which restore does not stop
        assert "Stop it first" in run("restore", copy, "--force").err
        return
    for number in (1, 2):
        assert run("restore", copy, "--force").code == 0
        assert (data_dir / f"bimmerhub.sqlite3.replaced-{number}").exists()
    assert run("status", "--json").json["signals"]["soc_percent"]["value"] == 62


def test_restoring_something_else_is_refused(run: Run, capture: Path, tmp_path: Path) -> None:
    refused = run("restore", capture)
    assert refused.code == 1
    assert "no backup of bimmerhub" in " ".join(refused.err.split())
    missing = run("restore", tmp_path / "missing")
    assert missing.code == 1
    assert "there is no file" in missing.err


def test_password_and_tokens(run: Run, monkeypatch: pytest.MonkeyPatch, capture: Path) -> None:
    import io  # noqa: PLC0415 - one use

    run("import", capture)
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert run("password", "set").code == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert run("password", "set").code == 0
    made = run("tokens", "create", "grafana", "--scope", "write", "--json").json
    assert (made["name"], made["scope"]) == ("grafana", "write")
    assert [token["name"] for token in run("tokens", "list", "--json").json["items"]] == ["grafana"]
    assert run("tokens", "create", "grafana").code == 1
    assert run("tokens", "create", "other", "--scope", "all").code == 2
    assert run("tokens", "delete", "grafana").code == 0
    assert run("tokens", "delete", "grafana").code == 1
    assert run("password", "remove").code == 0
    acts = [(entry["who"], entry["action"], entry["body"]["outcome"]) for entry in run("audit", "--json").json["items"]]
    assert acts == [
        ("command line", "password_removed", "done"),
        ("command line", "token_deleted", "refused"),
        ("command line", "token_deleted", "done"),
        ("command line", "token_made", "refused"),
        ("command line", "token_made", "done"),
        ("command line", "password_set", "done"),
        ("command line", "password_set", "refused"),
        ("command line", "import_begun", "done"),
    ]


def test_damage_is_shown_with_what_was_saved_until_it_is_acknowledged(run: Run, capture: str, data_dir: Path) -> None:
    run("import", capture)
    assert "No damage was ever found" in run("damage", "show").out
    with (data_dir / "bimmerhub.sqlite3").open("r+b") as file:
        file.write(bytes(100))
    assert "bimmerhub run" in run("vehicles").err
    assert run("damage", "check").code == 0
    shown = run("damage", "show").out
    assert "Saved: " in shown
    assert "readings" in shown
    assert run("damage", "acknowledge").code == 0
    shown = run("damage", "show", "--json").json
    assert shown["damages"][0]["acknowledged_at"] is not None
    [file] = shown["set_aside"]
    assert Path(file["file"]).stat().st_size <= file["size_bytes"]
    assert run("damage", "clear", "--yes").code == 0
    assert not Path(file["file"]).exists()
    assert run("damage", "show", "--json").json["set_aside"] == []


def test_old_readings_are_shown_and_dropped_only_when_a_limit_is_set(
    run: Run, capture: str, recent_capture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", capture, recent_capture)
    assert "kept for ever" in run("retention", "show").out
    assert "trips and charging sessions made of them stay" in run("retention", "show", "--positions-days", "30").out
    [would_go] = run("retention", "show", "--readings-days", "1", "--json").json["old"]
    assert would_go["readings"] == 3
    assert run("retention", "apply", "--yes").code == 1
    monkeypatch.setenv("BIMMERHUB_STORE__READINGS_DAYS", "1")
    assert run("retention", "apply", "--yes").code == 0
    shown = run("retention", "show", "--json").json
    assert (shown["readings_days"], shown["old"], shown["dropped"][0]["readings"]) == (1, [], 3)
    again = run("import", capture, "--json").json
    assert (again["read"], again["new"], again["dropped"]) == (3, 0, 3)
    assert "older than the settings keep readings" in run("import", capture).err
    actions = [entry["action"] for entry in run("audit", "--json").json["items"]]
    assert {"retention_applied", "old_readings_dropped"} <= {*actions}


@pytest.mark.parametrize(
    "line",
    ["login", "login --client-id c", "watch", "doctor --no-calls", "quarantine release 1", "rebuild", "logout"],
)
def test_a_command_that_comes_to_nothing_makes_no_database(
    run: Run, data_dir: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIMMERHUB_BMW__AUTH_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("BIMMERHUB_BMW__API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("BIMMERHUB_BMW__STREAM_HOST", "127.0.0.1")
    run(*line.split())
    assert not list(data_dir.glob("bimmerhub.sqlite3*[!k]"))
    assert "make demo" in run("status").err


def test_credentials_are_changed_with_and_without_a_running_hub(run: Run, maybe_hub: Hub | None) -> None:
    assert run("tokens", "create", "grafana").out.startswith("bh_")
    assert [token["name"] for token in run("tokens", "list", "--json").json["items"]] == ["grafana"]
    if maybe_hub is not None:
        assert [token.name for token in maybe_hub.credentials.tokens()] == ["grafana"]
    assert run("tokens", "delete", "grafana").code == 0


@pytest.mark.parametrize("command", ["vehicles", "status", "accounts", "quota", "tokens list", "backup x"])
def test_without_any_data_a_command_says_how_to_begin(run: Run, command: str) -> None:
    result = run(*command.split())
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert "bimmerhub run" in result.err
    assert "bimmerhub import FILE" in result.err
    assert ("--data-dir .demo" in result.err) is (command not in {"tokens list", "backup x"})


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "status --nonsense",
        "import",
        "history",
        "run --port many",
        "history a b --buckets 0",
        "status a b",
        "watch a --step 0",
        "watch a --every never",
        "watch a --every 60s --raw",
    ],
)
def test_wrong_usage_is_2(run: Run, line: str) -> None:
    assert run(*line.split()).code == 2


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "line",
    [
        "login --account a/b --client-id x",
        "status --config missing.toml",
        "logout",
    ],
)
def test_bad_input_is_one_line_and_no_traceback(run: Run, line: str) -> None:
    result = run(*line.split())
    assert result.code in (0, 1)
    if result.code:
        assert result.out == ""
        assert result.err.count("\n") == 1


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "line",
    [
        "status ZZZZ",
        "watch ZZZZ",
        "coverage ZZZZ",
        "status --account nobody",
        "quota --account nobody",
        "vehicles --account nobody",
        "watch --account nobody",
        "history 0001 nonsense",
        "history 0001 x.y",
        "history 0001 x.y --buckets 3 --json",
        "history 0001 is_any_door_open",
        "history 0001 soc_percent --json --csv",
        "positions 0001 --json --csv",
        "positions ZZZZ",
        "accounts --account nobody",
        "history 0001 soc_percent --from yesterday",
        "history 0001 soc_percent --from 99999999999999999d",
        "history 0001 soc_percent --from 0001-01-01 --to 9999-12-31",
        "history 0001 soc_percent --from 1h --to 2h",
        "history 0001 soc_percent --from 9999-01-01",
        "history 0001 soc_percent --from 9998-01-01 --to 9999-01-01",
        "emulator --fault nope",
        "emulator --fault late=much",
        "emulator --models foo",
        "emulator --models bev,bev",
    ],
)
def test_what_the_line_names_and_is_not_known_is_wrong_usage(run: Run, line: str) -> None:
    result = run(*line.split())
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)


def test_the_note_of_a_hub_that_was_killed_counts_as_none(run: Run, data_dir: Path, capture: Path) -> None:
    import os  # noqa: PLC0415 - one use

    data_dir.mkdir()
    note = {"pid": os.getpid(), "address": "http://127.0.0.1:1", "token": "t"}
    (data_dir / "hub.json").write_text(json.dumps(note))
    result = run("import", capture)
    assert result.code == 0
    assert "3 new" in result.out


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system refuses such a name")
@pytest.mark.usefixtures("maybe_hub")
def test_bytes_that_are_no_text_are_no_traceback(run: Run, tmp_path: Path, capture: Path) -> None:
    path = capture.rename(tmp_path / "\udcff.ndjson")
    path.write_text(path.read_text() + "{broken\n")
    assert run("import", path, "--json").json["new"] == 3
    assert run("quarantine", "list", "--json").json["items"][0]["origin"].startswith("\ufffd.ndjson")
    assert "is not UTF-8" in run("login", "--client-id", "\udcff").err
    for line in (["status", "\udcff"], ["history", "0001", "x.\udcff"], ["catalogue", "\udcff"], ["quota"]):
        assert run(*line).code in {0, 1, 2}


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize("lines", [1, 500_000])
def test_a_file_without_a_single_message_is_refused_whole(run: Run, capture: Path, tmp_path: Path, lines: int) -> None:
    run("import", capture)
    junk = tmp_path / "junk.csv"
    junk.write_bytes(b"not a message\n\x00\xff\n" * lines)
    result = run("import", junk, "--json")
    assert (result.code, result.out) == (1, "")
    assert "junk.csv is no capture" in result.err
    refused = run("quarantine", "list", "--json").json["items"]
    assert all("junk" not in item["origin"] for item in refused)


def test_an_import_of_which_nothing_is_believed_is_a_failure(run: Run, capture: Path) -> None:
    capture.write_text(capture_line(250, second=30))
    result = run("import", capture, "--json")
    assert (result.code, json.loads(result.out)["refused"]) == (1, 1)
    assert "quarantine list" in result.err


@pytest.mark.usefixtures("maybe_hub")
def test_an_import_says_whether_it_was_not_understood_or_not_believed(run: Run, capture: Path, tmp_path: Path) -> None:
    def odometer_line(km: int, *, second: int) -> str:
        return capture_line(km, second=second, descriptor="vehicle.vehicle.travelledDistance").replace("percent", "km")

    capture.write_text("".join(odometer_line(50_000, second=second) for second in range(5)))
    assert run("import", capture).code == 0
    older, junk = tmp_path / "older.ndjson", tmp_path / "junk.ndjson"
    older.write_text(odometer_line(4_999_999, second=30) + capture_line(250, second=31))
    junk.write_text(json.dumps({"vin": VIN, "data": {"x.y": 5}}) + "\n")
    not_believed, not_understood = run("import", older), run("import", junk)
    assert (not_believed.code, not_understood.code) == (1, 1)
    assert "all of it was understood, but nothing was believed" in not_believed.err
    assert "nothing in there was understood" in not_understood.err


def test_options_of_all_commands_may_stand_anywhere() -> None:
    line = ["status", "--data-dir", "d", "x", "-v", "--account=home", "--json", "--", "-v"]
    assert split_options(line) == (["--data-dir", "d", "-v", "--account=home"], ["status", "x", "--json", "--", "-v"])


def test_the_program_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "bimmerhub", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip()


@pytest.mark.usefixtures("maybe_hub")
def test_quarantine_shows_what_is_not_believed_and_releases_it(run: Run, capture: Path) -> None:
    capture.write_text(capture_line(250, second=30) + "{broken\n")
    assert run("import", capture, "--json").json["refused"] == 2
    broken, doubted = run("quarantine", "list", "--json").json["items"]
    assert (broken["reading"], doubted["reading"]["value"]) == (None, 250)
    assert "250 % is not between 0 and 100" in run("quarantine", "list").out
    assert run("quarantine", "release", doubted["id"], "--json").json["items"][0]["reading"]["value"] == 250
    assert run("quarantine", "release", doubted["id"]).code == 1
    assert "was not understood" in run("quarantine", "release", broken["id"]).err
    assert run("history", VIN[-4:], SOC, *LONG_AGO, "--json").json["items"][-1]["value"] == 250


@pytest.mark.usefixtures("maybe_hub")
def test_each_id_to_release_gets_its_answer(run: Run, capture: Path) -> None:
    capture.write_text("".join(capture_line(250 + number, second=number) for number in range(3)) + "{broken\n")
    run("import", capture)
    broken, *doubted = [item["id"] for item in run("quarantine", "list", "--json").json["items"]]
    result = run("quarantine", "release", doubted[0], broken, doubted[0], 99, doubted[1])
    assert (result.code, result.out) == (1, "")
    released = [f"Released {number}: {SOC}" for number in doubted[:2]]
    refused = [f"Not released {broken}: ", "Not released 99: nothing with the id 99 is in quarantine. bimmerhub"]
    assert [
        line.startswith(words) for line, words in zip(result.err.splitlines(), released + refused, strict=True)
    ] == ([True] * 4)
    again = run("quarantine", "release", doubted[0], doubted[2], "--json")
    assert (again.code, [item["id"] for item in again.json["items"]]) == (1, [doubted[2]])
    assert [(failure["id"], failure["error"]["kind"]) for failure in again.json["failed"]] == [
        (doubted[0], "not_found")
    ]


@pytest.mark.usefixtures("maybe_hub")
def test_quarantine_says_when_older_ones_are_left_out(run: Run, capture: Path) -> None:
    capture.write_text("{broken\n{torn\n" + capture_line(60))
    assert run("import", capture).code == 0
    assert (
        run("quarantine", "list", "--limit", "1").err
        == "These are the newest 1; --limit N shows more, --all shows all.\n"
    )
    assert run("quarantine", "list", "--limit", "2").err == ""


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "line",
    [
        "history 0001 soc_percent --from 2000-01-01 --to 2000-01-02",
        "history 0001 soc_percent --from 2000-01-01 --to 2000-01-02 --buckets 5",
        "history 0001 vehicle.isMoving",
        "positions 0001",
        "accounts",
        "quarantine list",
        "tokens list",
        "catalogue no such thing at all",
    ],
)
def test_an_empty_table_is_a_sentence(run: Run, line: str) -> None:
    result = run(*line.split())
    assert (result.code, [text for text in result.out.splitlines() if "  " in text]) == (0, [])
    assert result.err.strip()
    assert run(*line.split(), "--json").json["next"] is None


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("line", ["status", "vehicles", "coverage --all", f"history 0001 {SOC} --from 2026-07-01"])
def test_no_line_of_a_table_ends_with_blanks(run: Run, line: str) -> None:
    text = run(*line.split()).out
    assert text.count("\n") > 1
    assert text == "".join(f"{row.rstrip()}\n" for row in text.splitlines())


def test_a_time_that_has_not_come_is_said_to_be_in_the_future(run: Run, capture: Path) -> None:
    run("import", capture)
    assert "--from is in the future" in run("history", "0001", SOC, "--from", "9999-01-01").err


@pytest.mark.usefixtures("maybe_hub")
def test_history_of_a_signal_is_in_its_own_words(run: Run, capture: Path) -> None:
    plug = "vehicle.body.chargingPort"
    status = capture_line("CONNECTED", descriptor=f"{plug}.status")
    capture.write_text(status + capture_line("CONNECTED", second=2, descriptor=f"{plug}.statusClearText"))
    assert run("import", capture).code == 0
    items = run("history", VIN[-4:], "is_plugged_in", *LONG_AGO, "--json").json["items"]
    assert [reading["value"] for reading in items] == [True]
