"""Lines that lack something or name the wrong thing: what is said, and that nothing is left behind."""

import socket
from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Run, capture_line

from bimmerhub.cli import main


@pytest.mark.parametrize("option", ["--data-dir", "--config", "--account"])
def test_an_option_without_its_value_is_named(option: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", "capture.ndjson", option])
    assert (caught.value.code, capfd.readouterr().err.startswith(f"bimmerhub: {option} needs a value")) == (2, True)


def test_importing_a_folder_says_that_it_is_one(run: Run, tmp_path: Path) -> None:
    assert "is a folder. Name files" in run("import", tmp_path).err


@pytest.mark.parametrize(
    "line",
    [
        "rebuild",
        "rebuild 0001",
        "quarantine release 1",
        "readings reject 0001 soc_percent 1h",
        "readings restore 0001 soc_percent 1h",
    ],
)
def test_changing_what_is_stored_where_nothing_is_leaves_nothing(run: Run, data_dir: Path, line: str) -> None:
    result = run(*line.split())
    assert (result.code, result.out) == (1, "")
    assert "there is no hub or data" in result.err
    assert not data_dir.exists()


def test_removing_no_password_says_so(run: Run, capture: Path) -> None:
    run("import", capture)
    assert run("password", "remove").err == "There was no password.\n"


@pytest.mark.parametrize("line", ["password remove", "tokens delete grafana"])
def test_taking_away_what_is_not_there_leaves_no_database(run: Run, data_dir: Path, line: str) -> None:
    run(*line.split())
    assert not list(data_dir.glob("*.sqlite3"))


def test_vehicles_to_choose_from_are_sorted_by_what_one_types(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.ndjson"
    path.write_text(capture_line(1, vin="WBA00000000000009") + capture_line(2, vin="WBY00000000000001"))
    run("import", path)
    assert "several vehicles: …0001, …0009" in run("status").err
    assert "Known: …0001, …0009" in run("status", "77").err


@pytest.mark.parametrize(
    ("time", "hint"),
    [
        ("yesterday", "Did you mean 20"),
        ("today", "Did you mean 20"),
        ("2 days", "Did you mean 2d?"),
        ("3 hours ago", "Did you mean 3h?"),
        ("30min", "Did you mean 30m?"),
        ("27.11.2026", "Did you mean 2026-11-27?"),
        ("1/2/2026", "Did you mean 2026-02-01?"),
        ("soon", "how long ago (30m, 24h, 7d, 4w)"),
        ("0d", "is not before --to ("),
    ],
)
def test_a_time_in_another_form_names_the_nearest(run: Run, capture: Path, time: str, hint: str) -> None:
    run("import", capture)
    result = run("history", "0001", "soc_percent", "--from", time)
    assert (result.code, hint in result.err) == (2, True), result.err


def test_now_is_a_time(run: Run, capture: Path) -> None:
    run("import", capture)
    assert run("history", "0001", "soc_percent", "--from", "2026-07-01", "--to", "now", "--json").json["items"]


def test_a_catalogue_search_without_result_suggests_a_word(run: Run) -> None:
    assert "Did you mean odometer?" in run("catalogue", "odometr").err


@pytest.mark.parametrize("option", ["--http-port", "--mqtt-port"])
def test_a_taken_port_of_the_emulator_is_named_as_on_the_line(run: Run, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = {"--http-port": "0", "--mqtt-port": "0", option: str(taken.getsockname()[1])}
        result = run("emulator", *(word for pair in ports.items() for word in pair))
    assert (result.code, f"choose another {option} " in result.err) == (1, True)


def test_a_capture_is_written_under_a_name_that_can_be_imported(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.txt"
    result = run("emulator", "capture", "--days", "1", "--out", out)
    assert (result.code, "It ends in .ndjson" in result.err, out.exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[hub]\nport = "abc"', "hub.port: expected a whole number, got text"),
        ("[hub]\nport = 70000", "hub.port: expected a whole number <= 65535"),
        ("[rest]\nrefresh_h = true", "rest.refresh_h: expected "),
        ('hub = "here"', "hub: expected a table, got text"),
    ],
)
def test_a_wrong_setting_is_named_as_it_is_written(run: Run, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    result = run("vehicles", "--config", file)
    assert result.code == 1
    assert f"a setting has a wrong value: {words}" in result.err


def test_vehicles_without_names_have_no_column_of_names(run: Run, capture: Path) -> None:
    run("import", capture)
    assert run("vehicles").out.split("\n")[0].split() == ["VIN", "brand", "model", "drivetrain", "account"]


def test_the_brand_of_an_imported_car_is_read_off_its_vin(run: Run, tmp_path: Path) -> None:
    brands = {"WMW": "MINI", "SCA": "Rolls-Royce", "WZ1": "Toyota-Supra", "WBY": "BMW", "ABC": None}
    file = tmp_path / "cars.ndjson"
    vins = {f"{maker}00000000000009": brand for maker, brand in brands.items()}
    file.write_text("".join(capture_line(50, vin=vin) for vin in vins))
    run("import", file)
    items = run("vehicles", "--json").json["items"]
    assert {item["vin"]: item["brand"] for item in items} == vins
    assert [item["vin"][:3] for item in items if not item["brand_from_vin"]] == ["ABC"]
    assert "MINI (from the VIN)" in run("vehicles").out


def test_a_word_that_is_like_no_signal_gets_no_silly_guess(run: Run, capture: Path) -> None:
    run("import", capture)
    assert "Did you mean soc_percent?" in run("history", VIN, "sco_percent").err
    result = run("history", VIN, "gear")
    assert "Did you mean" not in result.err
    assert "bimmerhub status lists a car's signals" in result.err


def test_the_catalogue_takes_both_words_for_petrol_and_diesel(run: Run) -> None:
    of_both = [run("catalogue", "odometer", "--drivetrain", word, "--json") for word in ("ICE", "CONV")]
    assert of_both[0].json["items"]
    assert of_both[0].out == of_both[1].out


def test_cars_are_named_in_the_order_of_what_is_shown_of_them(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cars.ndjson"
    vins = ("WBA00000000000003", "WBY00000000000001", "WMW00000000000002")
    file.write_text("".join(capture_line(50, vin=vin) for vin in vins))
    run("import", file)
    assert "Known: …0001, …0002, …0003" in run("watch", "9999").err


def test_accounts_of_a_file_go_without_models(run: Run, tmp_path: Path) -> None:
    result = run("emulator", "--accounts", tmp_path / "owners.toml", "--models", "bev")
    assert (result.code, "--models does not go with --accounts" in result.err) == (2, True)


def test_wrong_file_of_accounts_says_what_is_wrong(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "owners.toml"
    file.write_text('[[account]]\nuser = "anna@example.com"\ncars = ["tank"]\n')
    result = run("emulator", "--accounts", file)
    assert (result.code, "there is no car 'tank'" in result.err) == (1, True)


def test_what_was_miles_is_told_no_more_exactly_than_the_car_did(run: Run, tmp_path: Path) -> None:
    key = "vehicle.vehicle.travelledDistance"
    file = tmp_path / "miles.ndjson"
    file.write_text(capture_line("9800", descriptor=key).replace("percent", "miles"))
    run("import", file)
    assert "15771.6 km" in run("status").out
    file.write_text(capture_line("60", descriptor="vehicle.drivetrain.lastRemainingRange").replace("percent", "miles"))
    run("import", file)
    assert "96.6 km" in run("status").out


def test_a_word_that_nothing_can_be_asked_by_gets_a_guess_only_where_one_is_like_it(run: Run) -> None:
    assert "Did you mean tyres? Known: basic-data" in run("fetch", "tyre").err
    err = run("fetch", "qqqq").err
    assert ("None" in err, "Did you mean" in err, "Known: basic-data" in err) == (False, False, True)
