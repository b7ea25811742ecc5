"""`bimmerhub inventory`: the dealers' stock, searched in a person's words at an emulated BMW."""

import csv
import io
import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch

SEARCH = ("inventory", "search")
A_ZIP = "90210"
CALLS_BEFORE_A_PARK = 150


@pytest.mark.usefixtures("emulator")
def test_used_bmws_are_what_was_asked_for(run: Run) -> None:
    words = ("--series", "3 Series", "--year", "2020-2022", "--price-to", "30000", "--odometer-to", "40000")
    cars = run(*SEARCH, *words, "--all", "--json").json["items"]
    assert cars
    assert {car["series"] for car in cars} == {"3 Series"}
    assert all(car["year"] in {2020, 2021, 2022} for car in cars)
    assert all(car["price_usd"] <= 30_000 and car["odometer_miles"] <= 40_000 for car in cars)
    assert {car["kind"] for car in cars} <= {"used", "certified"}


@pytest.mark.usefixtures("emulator")
def test_search_reads_to_the_last_page(run: Run) -> None:
    cars = run(*SEARCH, "--all", "--json").json["items"]
    assert len({car["vin"] for car in cars}) == len(cars) > 150
    cut = run(*SEARCH, "--limit", "101", "--json")
    assert [car["vin"] for car in cut.json["items"]] == [car["vin"] for car in cars[:101]]
    assert "There are more than these 101" in cut.err
    assert "There are more than this one: " in run(*SEARCH, "--limit", "1").err


@pytest.mark.parametrize(
    ("order", "field", "is_falling"),
    [
        ("price", "price_usd", False),
        ("price-down", "price_usd", True),
        ("odometer", "odometer_miles", False),
        ("year", "year", True),
        ("distance", "distance_miles", False),
    ],
)
@pytest.mark.usefixtures("emulator")
def test_order_of_used_bmws(run: Run, order: str, field: str, *, is_falling: bool) -> None:
    cars = run(*SEARCH, "--near", A_ZIP, "--sort", order, "--all", "--json").json["items"]
    values = [car[field] for car in cars]
    assert values == sorted(values, reverse=is_falling)
    assert len(set(values)) > 1


@pytest.mark.usefixtures("emulator")
def test_order_by_price_ends_at_the_price(run: Run) -> None:
    everything = run(*SEARCH, "--price-from", "20000", "--price-to", "30000", "--all", "--json").json["items"]
    vins = {car["vin"] for car in everything}
    for order in ("price", "price-down"):
        words = ("--price-from", "20000", "--price-to", "30000", "--sort", order)
        assert {car["vin"] for car in run(*SEARCH, *words, "--all", "--json").json["items"]} == vins


@pytest.mark.usefixtures("emulator")
def test_radius_is_around_the_zip_code(run: Run) -> None:
    cars = run(*SEARCH, "--near", A_ZIP, "--radius-miles", "50", "--all", "--json").json["items"]
    assert cars
    assert all(car["distance_miles"] <= 50 for car in cars)


@pytest.mark.usefixtures("emulator")
def test_minis_and_new_bmws_come_from_the_other_search(run: Run) -> None:
    minis = run(*SEARCH, "--brand", "mini", "--price-to", "25000", "--sort", "odometer", "--all", "--json").json[
        "items"
    ]
    assert len(minis) > 5
    assert all(car["vin"].startswith("WMW") and car["price_usd"] <= 25_000 for car in minis)
    assert [car["odometer_miles"] for car in minis] == sorted(car["odometer_miles"] for car in minis)
    new = run(*SEARCH, "--kind", "new", "--all", "--json").json["items"]
    assert {car["kind"] for car in new} == {"new"}
    assert {car["where"] for car in new} <= {"at the dealer", "in production", "in transit", "arriving soon"}
    assert all(car["page_url"].startswith("http") for car in new)


@pytest.mark.usefixtures("emulator")
def test_certified_are_certified(run: Run) -> None:
    for brand in ("bmw", "mini"):
        cars = run(*SEARCH, "--brand", brand, "--kind", "certified", "--json").json["items"]
        assert {car["kind"] for car in cars} == {"certified"}


@pytest.mark.usefixtures("emulator")
def test_csv_and_json_tell_the_same(run: Run) -> None:
    rows = [*csv.DictReader(io.StringIO(run(*SEARCH, "--limit", "5", "--csv").out))]
    cars = run(*SEARCH, "--limit", "5", "--json").json["items"]
    assert [{name: "" if value is None else str(value) for name, value in car.items()} for car in cars] == rows


@pytest.mark.usefixtures("emulator")
def test_table_fits_a_terminal(run: Run) -> None:
    for words in (("--near", A_ZIP), ("--brand", "mini"), ("--kind", "new")):
        lines = run(*SEARCH, *words).out.splitlines()
        assert len(lines) > 10
        assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("emulator")
def test_nothing_that_matches_is_said(run: Run) -> None:
    nothing = run(*SEARCH, "--price-to", "1")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No dealer has such a car.\n")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--radius-miles", "5"), "--near ZIP"),
        (("--sort", "distance"), "--near ZIP"),
        (("--near", "9021"), "five digits"),
        (("--year", "22"), "--year 2022"),
        (("--year", "2022-2020"), "--year 2022"),
        (("--csv", "--json"), "exclude each other"),
        (("--price-from", "50000", "--price-to", "20000"), "--price-from"),
    ],
)
def test_slips_are_wrong_usage(run: Run, words: tuple[str, ...], hint: str) -> None:
    slip = run(*SEARCH, *words)
    assert slip.code == 2
    assert hint in slip.err


def test_park_is_told_with_its_end_and_what_had_come(run: Run, emulator: Emulator) -> None:
    emulator.faults.switch_on(FaultSwitch(name="inventory-parked"))
    parked = run(*SEARCH)
    assert (parked.code, parked.out) == (5, "")
    assert "again in about 20 min, at " in parked.err
    assert "--wait" in parked.err


def test_cars_that_had_come_before_the_park_are_printed(run: Run, emulator: Emulator) -> None:
    for _ in range(CALLS_BEFORE_A_PARK - 1):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{emulator.info.base_url}/vehicle", b"{}")
    parked = run(*SEARCH, "--all", "--json")
    assert parked.code == 5
    assert len(parked.json["items"]) == 100
    assert "only these 100 had come" in parked.err


def test_storefront_of_bmw_is_the_users_setting(run: Run) -> None:
    missing = run(*SEARCH)
    assert missing.code == 1
    assert "storefront" in missing.err
    assert "[inventory]" in missing.err


def test_no_password_is_made_up_for_bmw(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_INVENTORY__USERNAME", "shop")
    missing = run(*SEARCH)
    assert (missing.code, "name and password" in missing.err) == (1, True), missing.err


def test_password_of_the_storefront_is_where_the_setting_says(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_INVENTORY__USERNAME", "shop")
    monkeypatch.setenv("BIMMERHUB_INVENTORY__PASSWORD", "env:NOT_THERE")
    missing = run(*SEARCH)
    assert (missing.code, "inventory.password" in missing.err) == (1, True), missing.err


def test_host_of_the_settings_is_asked(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_BMW__API_URL")
    monkeypatch.delenv("BIMMERHUB_BMW__AUTH_URL")
    monkeypatch.setenv("BIMMERHUB_INVENTORY__HOST", emulator.info.base_url)
    assert run("inventory", "models", "--json").json["items"]


@pytest.mark.usefixtures("emulator")
def test_one_car_is_shown(run: Run) -> None:
    for brand in ("bmw", "mini"):
        [listed] = run(*SEARCH, "--brand", brand, "--kind", "certified", "--limit", "1", "--json").json["items"]
        shown = run("inventory", "show", listed["vin"].lower())
        assert listed["exterior"] in shown.out
        assert f"{listed['price_usd']:,} USD" in shown.out
        assert "equipment" in shown.out
        document = run("inventory", "show", listed["vin"], "--json").json
        assert listed.items() <= document.items()
        assert document["photo_urls"]
        [row] = csv.DictReader(io.StringIO(run("inventory", "show", listed["vin"], "--csv").out))
        assert (row["vin"], row["price_usd"]) == (listed["vin"], str(listed["price_usd"]))


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("brand", ["bmw", "mini"])
def test_series_of_another_spelling_is_said_to_be_bmws_word(run: Run, brand: str) -> None:
    none = run(*SEARCH, "--brand", brand, "--series", "x5", "--limit", "1")
    assert (none.code, "A series is meant as" in none.err) == (0, True), none.err


@pytest.mark.usefixtures("emulator")
def test_car_that_no_dealer_has_is_not_found(run: Run) -> None:
    for vin in ("WBA00000000S99999", "WMW00000000S99999"):
        missing = run("inventory", "show", vin)
        assert (missing.code, vin in missing.err, "9999" in missing.err) == (1, False, True)
    assert run("inventory", "show", "9999").code == 2


@pytest.mark.usefixtures("emulator")
def test_models_are_listed_by_brand(run: Run) -> None:
    models = run("inventory", "models", "--json").json["items"]
    assert list(csv.DictReader(io.StringIO(run("inventory", "models", "--csv").out))) == models
    assert {"series": "i4", "shape": "Sedan", "code": "24IJ", "name": "i4 eDrive40"} in models
    assert "i4 eDrive40" in run("inventory", "models").out
    minis = run("inventory", "models", "--brand", "mini")
    assert "Cooper SE" in minis.out
    assert "series" not in minis.out


class FailingStock(BaseHTTPRequestHandler):
    """A dealers' stock that gives a token and one page, and then fails."""

    pages = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        is_token = self.path == "/token"
        FailingStock.pages += not is_token
        cars = [{"vin": f"WBA00000000S{number:05}"} for number in range(100)]
        answer = {"access_token": "t"} if is_token else {"totalRecords": 300, "vehicles": cars}
        self.send_response(500 if FailingStock.pages > 1 else 200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_cars_that_had_come_before_a_fault_are_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), FailingStock) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("BIMMERHUB_INVENTORY__HOST", f"http://127.0.0.1:{server.server_port}")
        cut = run(*SEARCH, "--all", "--json")
        none = run(*SEARCH, "--all", "--json")
        server.shutdown()
    assert (cut.code != 0, len(cut.json["items"])) == (True, 100)
    assert "only these 100 had come" in cut.err
    assert (none.code != 0, none.out) == (True, "")
