"""What the MyBMW app's interface tells of a car besides its state: charging, trips, recalls; on the emulator."""

import asyncio
import os
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from tests.cli.commands.bmw.test_older_documents import PORTAL_SIGN_IN, ask_once
from tests.cli.commands.bmw.test_older_documents import SIGN_IN as IREMOTE_SIGN_IN
from tests.cli.conftest import Run
from tests.hub.conftest import Cloud

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import Question
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.views.fetch import CAR_QUESTIONS
from bimmerhub.views.ports.accounts import AccountSignIn

SIGN_IN = AccountSignIn(
    family=Family.MYBMW,
    username="anna@example.com",
    password="emulator",
    subscription_key="any",
    app_version="4.9.2(36892)",
    app_build="AP2A.240605.024",
)


@pytest.fixture
def car(emulator: Emulator, data_dir: Path) -> str:
    """The VIN of a car that a hub has asked for once."""
    return ask_once(emulator, data_dir, SIGN_IN)


def test_documents_of_the_app_are_shown(run: Run, car: str) -> None:
    trips = run("bmw-trips", car, "--json").json["items"]
    assert (trips[0]["source"], trips[0]["distance_km"] > 0, bool(trips[0]["end_address"])) == ("mybmw", True, True)
    assert trips[0]["started_at"] < trips[0]["ended_at"]
    assert "efficiency" in run("bmw-trips", car).out
    charges = run("bmw-charges", car, "--json").json
    assert charges["notice"] is None
    assert charges["months"][0]["sessions"] >= len(charges["items"])
    assert charges["months"][0]["month"] in run("bmw-charges", car).out
    assert run("bmw-charges", car, "--csv").out.startswith("started_at,energy_kwh,energy,")
    profile = run("charging-profile", car, "--json").json
    assert (profile["source"], profile["shape"] in {"weekly", "two_timers"}) == ("mybmw", True)
    assert profile["departures"][0]["timer"].startswith("timer_")
    assert run("recalls", car, "--json").json["entries"] == 0
    assert '"demands"' in run("service-demands", car).out


def live_on(emulator: Emulator, data_dir: Path, *, days: int) -> None:
    """Let the cars be driven and charged for so many days."""

    async def jump() -> None:
        async with aiohttp.ClientSession() as session:
            await Cloud(emulator=emulator, session=session, data_dir=data_dir).control("clock", jump_ms=days * DAY_MS)

    asyncio.run(jump())


def trips_by_month(emulator: Emulator, car: str) -> Counter[str]:
    """Return how many trips the car has made in each month, in local time."""
    ends = [datetime.fromtimestamp(trip.end_ms / 1000).astimezone() for trip in emulator.garage.truth(Vin(car)).trips]
    return Counter(f"{end:%Y-%m}" for end in ends)


def test_a_month_of_trips_is_asked_for_and_shown_with_its_sums(run: Run, emulator: Emulator, car: str) -> None:
    month, count = trips_by_month(emulator, car).most_common(1)[0]
    asked = run("bmw-trips", car, "--month", month, "--json")
    assert asked.code == 0, asked.err
    assert len(asked.json["items"]) >= count
    [sums] = asked.json["months"]
    assert (sums["month"], sums["answer"]["quantity"] >= count) == (month, True)
    assert "electricConsumption" in run("bmw-trips", car, "--month", month).out
    assert "is no month" in run("bmw-trips", car, "--month", "2026-9").err
    assert "in the future" in run("bmw-trips", car, "--month", "2099-01").err
    assert run("bmw-trips", car, "--fresh").code == 2


def test_a_month_that_bmw_does_not_tell_now_is_shown_as_it_is_stored(run: Run, emulator: Emulator, car: str) -> None:
    month = max(trips_by_month(emulator, car))
    stored = run("bmw-trips", car, "--json").json["items"]
    emulator.faults.switch_on(FaultSwitch(name="app-blocked"))
    shown = run("bmw-trips", car, "--month", month, "--fresh", "--json")
    assert (shown.code, "BMW does not tell it now" in shown.err) == (1, True)
    assert {item["ended_at"] for item in shown.json["items"]} <= {item["ended_at"] for item in stored}


def test_one_charging_session_is_shown_in_detail_and_asked_for_once(
    run: Run, emulator: Emulator, car: str, data_dir: Path
) -> None:
    live_on(emulator, data_dir, days=8)
    for month in trips_by_month(emulator, car):
        asked = run("bmw-charges", car, "--month", month, "--json")
        assert asked.code == 0, asked.err
    newest = run("bmw-charges", car, "--json").json["items"][0]["id"]
    end = newest.rpartition("_")[2]
    assert end in run("bmw-charges", car).out
    charge = run("bmw-charges", car, end, "--json")
    assert charge.code == 0, charge.err
    told, sessions = charge.json, emulator.garage.truth(Vin(car)).charging_sessions
    session = next(one for one in sessions if newest.startswith(format_time(one.start_ms)))
    assert (told["id"], told["start_soc_percent"]) == (newest, round(session.start_soc_percent))
    assert (told["odometer_km"], bool(told["place"])) == (round(session.odometer_km), True)
    emulator.faults.switch_on(FaultSwitch(name="app-blocked"))
    again = run("bmw-charges", car, end)
    assert ("battery" in again.out, "BMW does not tell" in again.err) == (True, False)
    unknown = run("bmw-charges", car, "2020-01-01T00:00:00.000Z_abcd1234")
    assert (unknown.code, "are not stored" in unknown.err) == (1, True), unknown.err
    assert "no charging session ends with" in run("bmw-charges", car, "nowhere").err


def test_what_other_families_do_not_have_says_who_has_it(run: Run, car: str) -> None:
    assert "the MyBMW app's interface has no destinations" in run("destinations", car).err.replace("The", "the")


def test_what_can_be_asked_for_is_in_the_words_of_the_command(run: Run, car: str) -> None:
    assert {*CAR_QUESTIONS, Question.MAPPINGS} == set(Question)
    asked = run("fetch", car, "recalls", "--fresh", "--json")
    assert (asked.code, asked.json["served_from"], asked.json["documents"]) == (0, "bmw", 1), asked.err


def test_answer_without_anything_is_said_in_plain_words(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, SIGN_IN, days=0)
    assert "BMW tells of no charges of this vehicle." in run("fetch", car, "bmw-charges").out


def test_pictures_come_from_the_side_that_is_named(run: Run, car: str, tmp_path: Path) -> None:
    file = tmp_path / "car.png"
    written = run("image", car, "--view", "frontview", "--output", file)
    assert (written.code, file.read_bytes()[:4]) == (0, b"\x89PNG"), written.err
    refused = run("image", car, "--view", "below", "--output", file)
    assert (refused.code, "SideViewLeft" in refused.err) == (1, True)


def test_a_picture_is_asked_for_once_and_again_when_it_is_to_be_fresh(  # noqa: PLR0917 - fixtures
    run: Run, emulator: Emulator, car: str, tmp_path: Path, data_dir: Path
) -> None:
    file, line = tmp_path / "car.png", ("image", car, "--view", "RearView", "--output")
    assert "from the store" not in run(*line, file).err
    [saved] = (data_dir / "images" / "views").iterdir()
    assert (saved.read_bytes(), saved.stat().st_mode & 0o777, car in saved.name) == (file.read_bytes(), 0o600, False)
    two_days_ago = time.time() - 2 * 86_400
    os.utime(saved, (two_days_ago, two_days_ago))
    emulator.faults.switch_on(FaultSwitch(name="app-blocked"))
    again = run("image", car, "--view", "rearview", "--output", file)
    assert (again.code, "gave this picture 2 days ago" in again.err) == (0, True), again.err
    assert (run(*line, file, "--fresh").code, run("image", car, "--view", "FrontView", "--output", file).code) == (1, 1)
    assert run("vehicles", "erase", car, "--yes", car[-7:]).code == 0
    assert list((data_dir / "images" / "views").iterdir()) == []


@pytest.mark.parametrize(("sign_in", "view"), [(IREMOTE_SIGN_IN, "rear"), (PORTAL_SIGN_IN, "120")])
def test_older_families_have_views_too(  # noqa: PLR0917 - fixtures
    emulator: Emulator, data_dir: Path, run: Run, tmp_path: Path, sign_in: AccountSignIn, view: str
) -> None:
    car, file = ask_once(emulator, data_dir, sign_in), tmp_path / "car.png"
    written = run("image", car, "--view", view, "--output", file)
    assert (written.code, file.read_bytes()[:4]) == (0, b"\x89PNG"), written.err
    assert run("image", car, "--view", "below", "--output", file).code == 1
