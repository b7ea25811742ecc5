"""A car's fingerprint: an emulated car that says it behaves as the true one, and nothing of the owner is in it."""

import gzip
import json
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, until
from tests.new_stores import open_sqlite

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.captures import write_capture
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.reporting.fingerprint import Fingerprint, make_fingerprint
from bimmerhub.hub.reporting.masked_messages import MessageMask
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.commands import Asker

START_MS = 1_767_225_600_000
VIN = Vin("WBA00000000000001")
NAVIGATION = "vehicle.cabin.infotainment.navigation.currentLocation"
SOC = "vehicle.drivetrain.batteryManagement.header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a hub has of a car: descriptors with their units, and signals with the classes of their values."""

    descriptors: set[tuple[str, str | None]]
    signals: dict[str, tuple[str | None, str]]
    vin: Vin


async def hear(folder: Path, lines: Iterable[bytes]) -> Heard:
    """Return what a new hub has after importing a capture."""
    async with open_sqlite(folder) as store:
        await import_lines(store, lines)
        [vin] = await store.vins()
        live = LiveVehicles()
        await live.load(store, await store.vehicles.vehicles())
        return Heard(
            descriptors={(info.descriptor, info.unit) for info in await store.series(vin)},
            signals={name: (value.unit, class_of(value.value)) for name, value in (live.state(vin) or {}).items()},
            vin=vin,
        )


def class_of(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


async def import_lines(store: SqliteStore, lines: Iterable[bytes]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for line in lines:
            yield line

    importing = CaptureImport(Ingest(store), now_ms=lambda: START_MS + 30 * DAY_MS)
    async for _ in importing.import_capture(chunks(), origin="capture"):
        pass


def capture_of(model: str, folder: Path, *, days: float = 1.0) -> list[bytes]:
    """Return what a simulated car sends in some days."""
    garage = Garage(seed=3, start_ms=START_MS, models=(model,))
    write_capture(garage, days=days, out=folder / "capture.ndjson")
    return (folder / "capture.ndjson").read_bytes().splitlines(keepends=True)


async def fingerprint_of(folder: Path, lines: Iterable[bytes], *, days: float = 7) -> Fingerprint:
    async with open_sqlite(folder) as store:
        await import_lines(store, lines)
        [vin] = await store.vins()
        return await make_fingerprint(store, vin, days=days, chance=random.Random(1))


def replaying(*files: Path, keys_dir: Path, models: Sequence[str], **changes: Any) -> EmulatorSettings:
    """Return the settings of an emulator whose first cars say what is in the files."""
    accounts = (EmulatedAccount(models=tuple(models)),)
    return emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, captures=files, accounts=accounts, poll_interval_s=0, **changes
    )


@pytest.mark.parametrize("model", ["bev", "phev", "ice"])
async def test_emulated_car_that_says_it_is_heard_as_the_true_one(model: str, tmp_path: Path, keys_dir: Path) -> None:
    lines = capture_of(model, tmp_path)
    true_car = await hear(tmp_path / "true.db", lines)
    fingerprint = await fingerprint_of(tmp_path / "store.db", lines)
    file, history = tmp_path / "car.ndjson", tmp_path / "history.ndjson"
    file.write_bytes(b"".join(fingerprint.lines))
    async with Emulator(
        replaying(file, keys_dir=keys_dir, models=[model], history_days=1.2, history_file=history)
    ) as emulator:
        emulated_vin = emulator.info.vehicles[0].vin
    replayed = await hear(tmp_path / "replayed.db", history.read_bytes().splitlines(keepends=True))
    assert replayed.descriptors == true_car.descriptors
    assert replayed.signals == true_car.signals
    assert replayed.vin == emulated_vin != fingerprint.vin


async def test_hub_hears_a_replayed_car_on_the_stream_and_by_rest(tmp_path: Path, keys_dir: Path, cloud: Cloud) -> None:
    rows = [message(SOC, 60 + second, second=second) for second in range(5)]
    await fill_journal(cloud.data_dir / "other.db", [*rows, message("vehicle.vehicle.timeSetting", "utc", second=9)])
    async with open_sqlite(cloud.data_dir / "other.db") as store:
        fingerprint = await make_fingerprint(store, VIN, days=7)
    file = tmp_path / "car.ndjson"
    file.write_bytes(b"".join(fingerprint.lines))
    async with Emulator(replaying(file, keys_dir=keys_dir, models=["bev"])) as emulator:
        replayed = Cloud(emulator=emulator, session=cloud.session, data_dir=cloud.data_dir / "hub")
        async with replayed.connected() as hub:
            emulator.clock.jump(by_ms=120_000)
            await emulator.catch_up()
            await until(lambda: hub.context.vehicles.state(replayed.vin))
            known = emulator.voice.known_of(replayed.vin)
            entries, _ = await hub.store.journal(limit=100)
    assert known.keys() == {SOC, "vehicle.vehicle.timeSetting"}
    assert {key for entry in entries for key in json.loads(entry.payload)["data"]} <= known.keys()
    assert entries


async def test_gaps_between_messages_stay_and_dates_do_not(tmp_path: Path) -> None:
    lines = capture_of("bev", tmp_path)
    fingerprint = await fingerprint_of(tmp_path / "store.db", lines)
    assert json.loads(fingerprint.lines[0])["received_at"].startswith("2020-01-01T00:00:00")
    assert gaps_of(lines) == gaps_of(fingerprint.lines)
    assert b"2026-" not in b"".join(fingerprint.lines)


def gaps_of(lines: Iterable[bytes]) -> list[float]:
    messages = [json.loads(line)["payload"] for line in lines]
    times = sorted({datetime.fromisoformat(row["data"][SOC]["timestamp"]) for row in messages if SOC in row["data"]})
    return [(later - sooner).total_seconds() for sooner, later in pairwise(times)]


async def test_messages_of_the_journal_keep_their_form(tmp_path: Path) -> None:
    odd = {"vin": VIN, "timestamp": "2026-01-01T08:00:00+00:00", "data": {SOC: {"value": "67", "unit": "percent"}}}
    both = message(SOC, 60.5, second=1)
    both["data"]["vehicle.isMoving"] = {"timestamp": "2026-01-01T08:00:01Z", "value": "parked"}
    await fill_journal(tmp_path / "hub.db", [odd, both])
    async with open_sqlite(tmp_path / "hub.db") as store:
        lines = (await make_fingerprint(store, VIN, days=7)).lines
    first, second = (json.loads(line)["payload"] for line in lines)
    assert first["data"] == {SOC: {"value": "67", "unit": "percent"}}
    assert first["timestamp"] == "2020-01-01T00:00:00+00:00"
    assert list(second["data"]) == [SOC, "vehicle.isMoving"]
    assert second["data"][SOC] == {"timestamp": "2020-01-01T00:00:01Z", "value": 60.5, "unit": "percent"}
    assert second["data"]["vehicle.isMoving"]["value"] == "text(6)"


def message(descriptor: str, value: object, *, second: int) -> dict[str, Any]:
    at = f"2026-01-01T08:00:{second:02}Z"
    row = {"timestamp": at, "value": value, "unit": "percent"}
    return {"vin": VIN, "entityId": "g", "topic": VIN, "timestamp": at, "data": {descriptor: row}}


async def fill_journal(path: Path, messages: Sequence[dict[str, Any]]) -> None:
    """Store messages as a hub does that heard them, a second apart."""
    async with open_sqlite(path) as store:
        await import_lines(store, [json.dumps(row).encode() + b"\n" for row in messages])
        entries = [
            JournalEntry(
                received_at_ms=START_MS + 8 * 3_600_000 + 1_000 * number,
                account="home",
                topic=f"g/{VIN}",
                payload=json.dumps(row).encode(),
            )
            for number, row in enumerate(messages)
        ]
        await store.append(Batch(journal=entries))


def masked(descriptor: str, *values: object) -> list[Any]:
    mask = MessageMask(VIN, new_vin=Vin("WBA00000000F00100"), offset_s=-86_400, chance=random.Random(1))
    results = [mask.mask_message(json.dumps(message(descriptor, value, second=0)).encode()) for value in values]
    return [next(iter(result["data"].values()))["value"] for result in results if isinstance(result["data"], dict)]  # type: ignore[index] # a message


def test_position_stays_still_moves_and_jumps_as_the_true_one() -> None:
    first, still, moved, jumped, nowhere = masked(f"{NAVIGATION}.latitude", 48.137154, 48.137154, 48.138154, 50.0, 0)
    assert first == still
    assert 0 < abs(moved - still) <= 0.001
    assert 0.5 < abs(jumped - moved) < 2
    assert nowhere == 0
    assert abs(first - 48.137154) > 0.0001


def test_odometer_counts_on_from_elsewhere() -> None:
    first, second, back, none = masked("vehicle.vehicle.travelledDistance", 57_958, 57_961, 57_950, 0)
    assert (second - first, back - first, none) == (3, -8, 0)
    assert first != 57_958


def test_texts_pass_when_they_are_words_of_a_list() -> None:
    key = "vehicle.drivetrain.electricEngine.charging.status"
    assert masked(key, "CHARGINGACTIVE", "-NA-", "Erikas Haus", "Erikas Auto", "Erikas Haus") == [
        "CHARGINGACTIVE",
        "-NA-",
        "text(11)",
        "text(11)2",
        "text(11)",
    ]


def test_times_in_texts_keep_their_form() -> None:
    [near] = masked("vehicle.trip.segment.end.time", "01.01.2026 07:59:00 UTC")
    [far] = masked("vehicle.status.serviceTime.inspectionDateLegal", "17.01.2027 00:00:00 UTC")
    assert near == "31.12.2025 07:59:00 UTC"
    assert far.endswith(" UTC")
    assert far[:16] != "16.01.2027 00:00"


def test_documents_in_texts_are_taken_apart() -> None:
    [rows] = masked("vehicle.status.conditionBasedServices", '[{"status":"OK","note":"for Erika","id":4917123456}]')
    assert json.loads(rows)[0]["status"] == "OK"
    assert "Erika" not in rows
    assert "4917" not in rows
    [faults] = masked(
        "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw",
        '<dtcData dtcCount="2"><dtc ecuAddress="E3">S 8039</dtc><dtc ecuAddress="E3">S 8040</dtc></dtcData>',
    )
    assert faults.startswith('<dtcData dtcCount="1"><dtc ecuAddress="text(2)">text(6)</dtc>')
    assert masked("vehicle.electronicControlUnit.diagnosticTroubleCodes.raw", "<a><!-- Erika --></a>") == ["text(21)"]


def test_unknown_key_keeps_known_words_and_the_order_of_its_numbers() -> None:
    mask = MessageMask(VIN, new_vin=Vin("WBA00000000F00100"), offset_s=0, chance=random.Random(1))
    row = message("vehicle.cabin.erika.temperature", 4_917_123_456, second=0)
    result = mask.mask_message(json.dumps(row).encode())
    assert result is not None
    assert result["data"] == {
        "vehicle.cabin.x1.temperature": {"timestamp": "2026-01-01T08:00:00Z", "value": 1, "unit": "percent"}
    }


async def test_car_of_which_nothing_is_stored_has_none(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "hub.db") as store:
        with pytest.raises(NotFound, match="nothing is stored"):
            await make_fingerprint(store, VIN, days=7)


async def test_two_fingerprints_of_one_car_do_not_meet(tmp_path: Path) -> None:
    lines = capture_of("bev", tmp_path)
    async with open_sqlite(tmp_path / "store.db") as store:
        await import_lines(store, lines)
        [vin] = await store.vins()
        first, second = [await make_fingerprint(store, vin, days=7) for _ in range(2)]
    key = f"{NAVIGATION}.latitude".encode()
    drawn = [{line.split(b'"value":')[1] for line in one.lines if key in line} for one in (first, second)]
    assert drawn[0]
    assert drawn[0].isdisjoint(drawn[1])


async def test_capture_of_two_cars_is_refused(tmp_path: Path, keys_dir: Path) -> None:
    file = tmp_path / "two.ndjson"
    rows = [message(SOC, 1, second=0), message(SOC, 1, second=1) | {"vin": "WBA00000000000002"}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match="messages of 2 cars"):
        async with Emulator(replaying(file, keys_dir=keys_dir, models=["bev"])):
            pass


async def test_more_captures_than_cars_are_refused(tmp_path: Path, keys_dir: Path) -> None:
    file = tmp_path / "one.ndjson"
    file.write_text(json.dumps(message(SOC, 1, second=0)) + "\n")
    with pytest.raises(ConfigError, match="more captures than cars"):
        async with Emulator(replaying(file, file, keys_dir=keys_dir, models=["bev"])):
            pass


async def test_car_of_an_older_interface_has_none(tmp_path: Path) -> None:
    reading = Reading(VIN, Descriptor("iremote.mileage"), 5, "km", START_MS, START_MS, START_MS, Source.IREMOTE)
    async with open_sqlite(tmp_path / "hub.db") as store:
        await store.append(Batch(readings=[reading]))
        with pytest.raises(NotFound, match="CarData sent nothing"):
            await make_fingerprint(store, VIN, days=7)


async def test_packed_capture_is_replayed(tmp_path: Path, keys_dir: Path) -> None:
    file = tmp_path / "one.ndjson.gz"
    file.write_bytes(gzip.compress(json.dumps(message(SOC, 1, second=0)).encode() + b"\nno message\n"))
    async with Emulator(replaying(file, keys_dir=keys_dir, models=["bev"], history_days=0.1)) as emulator:
        assert emulator.voice.known_of(emulator.info.vehicles[0].vin).keys() == {SOC}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bnot packed", b'{"vin": 5}\n'])
async def test_file_that_is_no_capture_is_refused(content: bytes, tmp_path: Path, keys_dir: Path) -> None:
    file = tmp_path / "none.ndjson"
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        async with Emulator(replaying(file, keys_dir=keys_dir, models=["bev"])):
            pass


async def test_stream_that_a_hub_holds_is_left_alone(cloud: Cloud) -> None:
    asker = Asker(who="test", from_where=None, may_command=True)
    async with cloud.connected() as hub:
        recorded = await hub.context.wire.record("home", vin=cloud.vin, stream_s=1, asker=asker)
        [quota] = await hub.quotas.quotas()
        states = [link.state for link in hub.connections.links()]
    assert recorded.stream is not None
    assert recorded.stream.not_asked is not None
    assert recorded.stream.not_asked.startswith("the running hub holds the stream")
    assert states == ["connected"]
    assert quota.used >= len([row for row in recorded.exchanges if not row.asked.startswith("sign-in")])
