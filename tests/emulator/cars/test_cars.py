"""The simulated cars: the same life however it is asked for, possible in physics, and told as it was."""

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.emulated import HeardCars

from bimmerhub.emulator.captures import write_capture
from bimmerhub.emulator.cardata.voice.keys import COOLANT, KM_A_WEEK, LATITUDE, LONGITUDE, ODOMETER, SOC_HEADER
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import Garage
from bimmerhub.ids import Vin

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
DAYS = 10
BEV, PHEV, ICE = (car.vin for car in HeardCars(seed=1, start_ms=START_MS).cars)
COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("drive", {"minutes": 15}),
    ("stop", {}),
    ("plug_in", {}),
    ("unplug", {}),
    ("charge", {"target_percent": 90, "soc_percent": 30}),
    ("stop_charging", {}),
    ("lock", {}),
    ("unlock", {}),
    ("open", {"what": "trunk"}),
    ("close", {"what": "trunk"}),
]


def truth(garage: HeardCars, vin: Vin) -> dict[str, Any]:
    return garage.truth(vin)


def items(value: object) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", value)


def live(seed: int, days: float = DAYS) -> tuple[HeardCars, list[StreamMessage]]:
    garage = HeardCars(seed=seed, start_ms=START_MS)
    return garage, list(garage.advance(START_MS + round(days * DAY_MS)))


@pytest.fixture(scope="module", params=[1, 2, 7], ids=lambda seed: f"seed {seed}")
def lived(request: pytest.FixtureRequest) -> tuple[HeardCars, list[StreamMessage]]:
    return live(request.param)


def of(messages: Sequence[StreamMessage], vin: Vin, *keys: str) -> list[StreamMessage]:
    """Return one car's messages of some keys in the order of measurement."""
    chosen = [message for message in messages if message.vin == vin and (not keys or message.descriptor in keys)]
    return sorted(chosen, key=lambda message: message.measured_at_ms)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 2 * DAY_MS), max_size=8), st.integers(0, 50))
def test_life_is_the_same_however_time_is_cut(cuts: list[int], seed: int) -> None:
    _, whole = live(seed, days=2)
    garage, pieces = HeardCars(seed=seed, start_ms=START_MS), []
    for cut in [*sorted(cuts), 2 * DAY_MS]:
        pieces += list(garage.advance(START_MS + cut))
    assert pieces == whole


@settings(max_examples=4, deadline=None)
@given(st.integers(0, DAY_MS), st.integers(0, 50))
def test_life_that_nobody_hears_is_the_same(alone_ms: int, seed: int) -> None:
    heard, alone = (HeardCars(seed=seed, start_ms=START_MS) for _ in range(2))
    for _ in heard.advance_with_repeats(START_MS + alone_ms):
        pass
    alone.voice.advance_unheard(START_MS + alone_ms)
    for vin in (BEV, PHEV, ICE):
        assert (heard.known_of(vin), heard.truth(vin)) == (alone.known_of(vin), alone.truth(vin))
    later_ms = START_MS + alone_ms + 3 * HOUR_MS
    assert list(heard.advance_with_repeats(later_ms)) == list(alone.advance_with_repeats(later_ms))


WISHES = st.lists(st.tuples(st.integers(0, 3 * HOUR_MS), st.sampled_from([BEV, PHEV, ICE]), st.sampled_from(COMMANDS)))


@settings(max_examples=15, deadline=None)
@given(WISHES, st.integers(0, 50))
def test_life_is_the_same_when_its_commands_are_repeated(
    wishes: list[tuple[int, Vin, tuple[str, dict[str, object]]]], seed: int
) -> None:
    garage = HeardCars(seed=seed, start_ms=START_MS)
    sent: list[StreamMessage] = []
    for pause_ms, vin, (name, arguments) in wishes[:12]:
        sent += garage.advance(garage.now_ms + pause_ms)
        try:
            garage.command(vin, name, **arguments)
        except ValueError:
            continue  # it cannot do that now, and says so
    until_ms = garage.now_ms + 6 * HOUR_MS
    sent += garage.advance(until_ms)
    again = HeardCars(seed=seed, start_ms=START_MS, commands=garage.command_log)
    assert list(again.advance(until_ms)) == sent
    assert [again.truth(car.vin) for car in again.cars] == [garage.truth(car.vin) for car in garage.cars]
    for car in garage.cars:
        check_truth(garage.truth(car.vin))


def check_truth(real: Mapping[str, object]) -> None:
    soc, trips, sessions = real["soc_percent"], items(real["trips"]), items(real["charging_sessions"])
    assert soc is None or 0 <= float(str(soc)) <= 100
    for trip in trips:
        assert trip["start_ms"] <= trip["end_ms"]
        driven_km = trip["odometer_end_km"] - trip["odometer_start_km"]
        assert trip["distance_km"] == pytest.approx(driven_km, abs=0.002)
        assert trip["energy_kwh"] >= 0
        assert trip["fuel_l"] >= 0
    for earlier, later in pairwise(trips):
        assert earlier["end_ms"] <= later["start_ms"]
        assert earlier["odometer_end_km"] == pytest.approx(later["odometer_start_km"], abs=0.002)
    for session in sessions:
        assert session["start_ms"] < session["end_ms"]
        assert 0 <= session["battery_kwh"] <= session["grid_kwh"]
        assert 0 <= session["start_soc_percent"] <= session["end_soc_percent"] <= 100


def test_seeds_make_different_lives() -> None:
    assert live(1, days=1)[1] != live(2, days=1)[1]


def test_truth_of_a_long_life_is_possible(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    for car in lived[0].cars:
        real = truth(lived[0], car.vin)
        check_truth(real)
        assert len(real["trips"]) > 5
        assert bool(real["charging_sessions"]) == (car.vin != ICE)


def test_odometer_never_falls(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    for vin in (BEV, PHEV, ICE):
        values = [cast("int", message.value) for message in of(lived[1], vin, ODOMETER)]
        assert values == sorted(values)
        assert values[-1] == round(truth(lived[0], vin)["trips"][-1]["odometer_end_km"])


def test_charge_level_is_a_percentage_and_ends_at_the_truth(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    for vin in (BEV, PHEV):
        values = [cast("int", message.value) for message in of(lived[1], vin, SOC_HEADER)]
        assert all(0 <= value <= 100 for value in values)
        at_rest = truth(lived[0], vin)
        if not (at_rest["is_driving"] or at_rest["is_charging"]):
            assert values[-1] == round(at_rest["soc_percent"])


def test_messages_are_ordered_and_stamped_in_whole_seconds(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    order = [(message.sent_at_ms, message.vin) for message in lived[1]]
    assert order == sorted(order)
    assert all(message.measured_at_ms % 1000 == 0 for message in lived[1])
    assert all(message.measured_at_ms < message.sent_at_ms for message in lived[1])


def test_no_car_jumps(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    for vin in (BEV, PHEV, ICE):
        fixes: dict[int, dict[str, float]] = {}
        for message in of(lived[1], vin, LATITUDE, LONGITUDE):
            fixes.setdefault(message.measured_at_ms, {})[message.descriptor] = cast("float", message.value)
        whole = [(at_ms, fix) for at_ms, fix in sorted(fixes.items()) if len(fix) == 2]
        assert len(whole) > 100
        for (before_ms, before), (after_ms, after) in pairwise(whole):
            hours = (after_ms - before_ms + 1000) / HOUR_MS  # stamps are cut to seconds
            assert distance_km(before, after) <= 200 * hours


def distance_km(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    north = (b[LATITUDE] - a[LATITUDE]) * 111.2
    east = (b[LONGITUDE] - a[LONGITUDE]) * 111.2 * math.cos(math.radians(a[LATITUDE]))
    return math.hypot(north, east)


def test_positions_come_in_bursts_and_fill_a_driving_day() -> None:
    _, messages = live(7)
    fixes = [message.measured_at_ms for message in of(messages, PHEV, LATITUDE)]
    near = sum(after - before <= 2_000 for before, after in pairwise(fixes))
    assert near > len(fixes) / 2
    days = [sum((message.sent_at_ms - START_MS) // DAY_MS == day for message in of(messages, BEV)) for day in range(5)]
    assert max(days) >= 1_000


def test_battery_tapers_at_a_fast_charger() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "charge", soc_percent=10, target_percent=95, power_kw=150)
    powers = [
        cast("int", message.value)
        for message in of(list(garage.advance(START_MS + 3 * HOUR_MS)), BEV)
        if message.descriptor.endswith("charging.power") and message.value
    ]
    assert powers[0] == 150_000
    assert powers[-1] < 60_000
    assert powers == sorted(powers, reverse=True)
    (session,) = truth(garage, BEV)["charging_sessions"]
    assert (session["start_soc_percent"], session["end_soc_percent"], session["is_dc"]) == (10, 95, True)


def test_commanded_drive_goes_about_so_far_and_ends_at_rest() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(ICE, "drive", km=30)
    assert truth(garage, ICE)["is_driving"]
    list(garage.advance(START_MS + HOUR_MS))
    real = truth(garage, ICE)
    assert not real["is_driving"]
    assert real["lock"] == "SECURED"
    assert real["trips"][0]["distance_km"] == pytest.approx(30, rel=0.4)


def test_only_burnt_fuel_warms_the_engine() -> None:
    """A plug-in hybrid on its battery keeps its coolant as cold as the air."""
    hottest = {}
    for km in (8, 250):
        garage = HeardCars(seed=1, start_ms=START_MS)
        garage.command(PHEV, "charge", target_percent=100, soc_percent=95)
        list(garage.advance(START_MS + 3 * HOUR_MS))
        garage.command(PHEV, "unplug")
        garage.command(PHEV, "drive", km=km)
        heard = of(list(garage.advance(START_MS + 9 * HOUR_MS)), PHEV, COOLANT)
        hottest[km] = max(float(str(message.value)) for message in heard)
    assert hottest[8] < 40
    assert 80 < hottest[250] <= 88


def test_each_car_has_a_distance_of_a_week_that_moves_with_it() -> None:
    garage, messages = live(seed=1, days=30)
    weeks = [[message.value for message in of(messages, car.vin, KM_A_WEEK)] for car in garage.cars]
    assert len({values[-1] for values in weeks if values}) == sum(map(bool, weeks)) > 1
    assert all(len(set(values)) > 1 for values in weeks if values)
    assert all(100 < float(str(value)) < 900 for values in weeks for value in values)


def test_stop_ends_the_drive_on_the_way() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "drive", minutes=60)
    list(garage.advance(START_MS + 600_500))
    garage.command(BEV, "stop")
    list(garage.advance(START_MS + HOUR_MS))
    (trip,) = truth(garage, BEV)["trips"]
    assert trip["end_ms"] == START_MS + 600_500
    assert 0 < trip["distance_km"] < 20


def test_stop_before_the_wheels_turn_is_no_trip() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "drive", minutes=60)
    list(garage.advance(START_MS + 5_000))
    garage.command(BEV, "stop")
    list(garage.advance(START_MS + HOUR_MS))
    assert truth(garage, BEV)["trips"] == []
    assert not truth(garage, BEV)["is_driving"]


def test_charge_that_is_pulled_before_it_begins_is_no_session() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(PHEV, "charge", soc_percent=20)
    list(garage.advance(START_MS + 10_000))
    garage.command(PHEV, "unplug")
    assert truth(garage, PHEV)["charging_sessions"] == []
    assert not truth(garage, PHEV)["is_plugged_in"]


def test_stopped_charge_keeps_what_came_so_far() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "charge", soc_percent=20, target_percent=80)
    list(garage.advance(START_MS + HOUR_MS))
    garage.command(BEV, "stop_charging")
    real = truth(garage, BEV)
    assert real["is_plugged_in"]
    assert 20 < real["soc_percent"] == pytest.approx(real["charging_sessions"][0]["end_soc_percent"], abs=0.01)


@pytest.mark.parametrize("what", ["row1.driver", "trunk", "hood", "window.row1.driver"])
def test_what_is_opened_is_told_and_closed_again(what: str) -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "open", what=what)
    (opened,) = garage.advance(START_MS + 10_000)
    garage.command(BEV, "close", what=what)
    (closed,) = garage.advance(START_MS + 20_000)
    assert (opened.descriptor, opened.value, closed.value) == (closed.descriptor, "OPEN", "CLOSED")


def test_lock_and_unlock_are_told() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "unlock")
    assert truth(garage, BEV)["lock"] == "UNLOCKED"
    garage.command(BEV, "lock")
    assert [message.value for message in garage.advance(START_MS + 10_000)].count("UNLOCKED") == 1
    assert truth(garage, BEV)["lock"] == "SECURED"


@pytest.mark.parametrize(
    ("vin", "name", "arguments"),
    [
        (BEV, "fly", {}),
        (BEV, "stop", {}),
        (BEV, "unplug", {}),
        (BEV, "stop_charging", {}),
        (BEV, "drive", {"km": 100_000}),
        (BEV, "drive", {"km": math.nan}),
        (BEV, "drive", {"speed": 3}),
        (BEV, "drive", {"minutes": "ten"}),
        (BEV, "charge", {"power_kw": -1}),
        (BEV, "charge", {"power_kw": 1e-9}),
        (BEV, "charge", {"target_percent": 150}),
        (BEV, "charge", {"soc_percent": -20}),
        (BEV, "open", {"what": "sky"}),
        (ICE, "plug_in", {}),
        (ICE, "charge", {}),
        (Vin("WBA00000000009999"), "lock", {}),
    ],
)
def test_impossible_command_is_refused_and_changes_nothing(vin: Vin, name: str, arguments: dict[str, object]) -> None:
    garage, untouched = HeardCars(seed=1, start_ms=START_MS), HeardCars(seed=1, start_ms=START_MS)
    with pytest.raises(ValueError):  # noqa: PT011 - each one has words of its own
        garage.command(vin, name, **arguments)
    assert garage.command_log == []
    assert list(garage.advance(START_MS + DAY_MS)) == list(untouched.advance(START_MS + DAY_MS))


def test_backend_knows_what_was_sent_last(lived: tuple[HeardCars, list[StreamMessage]]) -> None:
    for vin in (BEV, PHEV, ICE):
        backend = lived[0].known_of(vin)
        sent = {message.descriptor: message for message in of(lived[1], vin)}
        assert sent
        for key, message in sent.items():
            assert cast("int", backend[key].measured_at_ms) >= message.measured_at_ms


@pytest.mark.parametrize("name", ["week.ndjson", "week.ndjson.gz", "week.ndjson.zst"])
def test_capture_is_read_again_and_always_the_same(name: str, tmp_path: Path) -> None:
    out, again = tmp_path / name, tmp_path / f"again {name}"
    counts = write_capture(Garage(seed=3, start_ms=START_MS), days=2, out=out, truth=tmp_path / "truth.json")
    write_capture(Garage(seed=3, start_ms=START_MS), days=2, out=again)
    assert out.read_bytes() == again.read_bytes()
    lines = [json.loads(line) for line in unpacked(out).splitlines()]
    assert len(lines) == counts.messages
    assert (counts.vehicles, counts.end_ms) == (3, START_MS + 2 * DAY_MS)
    assert all(line["received_at"] > line["payload"]["timestamp"] for line in lines)
    assert set(json.loads((tmp_path / "truth.json").read_text())["vehicles"]) == {BEV, PHEV, ICE}


def unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as reader:
            return reader.read()
    return path.read_bytes()


@pytest.mark.parametrize("models", [("bev", "bev"), ("tank",)])
def test_unknown_or_repeated_models_are_refused(models: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="models"):
        HeardCars(seed=1, start_ms=START_MS, models=models)
