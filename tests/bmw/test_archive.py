"""The customer archive: a ZIP in, typed records and readings out, and MalformedPayload for anything else."""

import base64
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.bmw.cardata.portal.archive import archive_to_capture, decode_archive, parse_archive_time
from bimmerhub.bmw.cardata.wire import decode_capture_line
from bimmerhub.domain.reading import Source
from bimmerhub.emulator.customer_portal.archive import build_archive
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import MalformedPayload

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

MakeCloud = Callable[..., "AbstractAsyncContextManager[Cloud]"]
VIN = "WBA00000000000001"
ODOMETER = "vehicle.vehicle.travelledDistance"
NOW_MS = 1_785_153_600_000
SESSION = {"startTime": 1784980800, "endTime": 1784995200, "displayedSoc": 80, "chargingBlocks": []}
TYRE = {"dimension": {"sectionWidth": 245, "rimDiameter": 19}}


def row(key: str, value: str, time: str, *, unit: str = "km") -> str:
    fields = {"name": "Titel", "value": value, "unit": unit, "valueTimestamp": time, "telematicKeyName": key}
    return (
        "<telematicValue>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items()) + "</telematicValue>"
    )


def key_list(*rows: str, vin: str = VIN) -> str:
    return (
        f'<customerArchiveContent vin="{vin}" lang="ES" requestDate="01-10-2025" unitOfLength="km" '
        'chargingHistoryFileName="charging.json" smartMaintenanceFileName="tyres.json" '
        'learningNavigationFileName="places.json">'
        '<basicVehicleData dataCategory="x"><telematicValue><name>Modelo</name><value>i5</value></telematicValue>'
        "</basicVehicleData>"
        "<casaContractDetailsDataList><contractPeriod><start>2024-01-01</start></contractPeriod><name>Charging</name>"
        "<status>ACTIVE</status></casaContractDetailsDataList>"
        f'<telematicValueList dataCategory="y">{"".join(rows)}</telematicValueList>'
        f"<vehicleImage>{base64.b64encode(b'PNG').decode()}</vehicleImage></customerArchiveContent>"
    )


def pack(xml: str | bytes, **files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/CarData_KeyList_1.xml", xml)
        for name, text in files.items():
            archive.writestr(f"export/{name}.json", text)
    return packed.getvalue()


def test_an_archive_gives_readings_and_records() -> None:
    xml = key_list(row(ODOMETER, "48260", "2026-07-27T12:37:58.991+0000"), row("vehicle.isMoving", "x", "never"))
    tyres = {"passengerCar": {"mountedTyres": {"frontLeft": TYRE}}}
    content = pack(xml, charging=json.dumps([SESSION, 5]), tyres=json.dumps(tyres), places='{"places":[]}')
    archive = decode_archive(content, received_at_ms=NOW_MS)
    [reading] = archive.readings
    assert (reading.descriptor, reading.value, reading.unit, reading.source) == (ODOMETER, 48260, "km", Source.ARCHIVE)
    assert reading.measured_at == datetime(2026, 7, 27, 12, 37, 58, tzinfo=UTC)
    assert [error.descriptor for error in archive.refused] == ["vehicle.isMoving"]
    assert (archive.vin, archive.image, archive.basic_data) == (VIN, b"PNG", {"Modelo": "i5"})
    assert [session.end_soc_percent for session in archive.charging_sessions] == [80]
    assert archive.tyre_diagnosis is not None
    assert archive.learned_places == b'{"places":[]}'
    assert [(contract.name, contract.status, contract.start) for contract in archive.contracts] == [
        ("Charging", "ACTIVE", "2024-01-01")
    ]


def test_fields_may_be_attributes_and_files_may_be_missing() -> None:
    value = f'<telematicValue telematicKeyName="{ODOMETER}" value="5" unit="km" valueTimestamp="2026-07-27"/>'
    archive = decode_archive(pack(key_list(value)), received_at_ms=NOW_MS)
    assert [reading.value for reading in archive.readings] == [5]
    assert (archive.charging_sessions, archive.tyre_diagnosis, archive.learned_places) == ((), None, None)


def test_a_row_without_key_is_refused_by_its_title() -> None:
    keyless = row("", "4189", "21.02.2019 10:00:16").replace("Titel", "Kilometerstand")
    archive = decode_archive(pack(key_list(keyless, row(ODOMETER, "5", "2026-07-27"))), received_at_ms=NOW_MS)
    assert [reading.value for reading in archive.readings] == [5]
    lines = [decode_capture_line(line) for line in archive_to_capture(archive, received_at_ms=NOW_MS)]
    for [refused] in (archive.refused, lines[0].refused):
        assert refused.descriptor == "Kilometerstand"
        assert "no key" in str(refused)


@pytest.mark.parametrize("unit", ["", "-", "null"])
def test_a_distance_without_unit_is_in_the_archives_unit_of_length(unit: str) -> None:
    xml = key_list(row(ODOMETER, "100", "2026-07-27", unit=unit)).replace('unitOfLength="km"', 'unitOfLength="mi"')
    [reading] = decode_archive(pack(xml), received_at_ms=NOW_MS).readings
    assert (reading.value, reading.unit) == (160.9344, "km")


def test_lines_of_a_capture_give_the_same_readings() -> None:
    xml = key_list(row(ODOMETER, "48260", "27.07.2026 12:00:00 UTC"), row(ODOMETER, "48270", "1785153600"))
    archive = decode_archive(pack(xml), received_at_ms=NOW_MS)
    lines = [decode_capture_line(line) for line in archive_to_capture(archive, received_at_ms=NOW_MS)]
    assert tuple(reading for decoded in lines for reading in decoded.readings) == archive.readings
    assert len(archive.readings) == 2


def test_its_sessions_tyres_and_places_are_documents_and_come_through_a_capture_as_they_are() -> None:
    tyres = {"passengerCar": {"mountedTyres": {"frontLeft": TYRE}}}
    learned = {
        "places": [{"place": {"id": "p1"}}, {"place": {}}, 5],
        "routes": [{"route": {"id": "r1"}}],
        "transitions": [{"id": "t1", "originId": "p1"}],
    }
    content = pack(key_list(), charging=json.dumps([SESSION, 5]), tyres=json.dumps(tyres), places=json.dumps(learned))
    archive = decode_archive(content, received_at_ms=NOW_MS)
    keys = [(document.kind, document.natural_key) for document in archive.documents]
    assert keys[:3] == [("charging_session", "1784980800"), ("tyres", ""), ("learned_place", "p1")]
    assert keys[-2:] == [("learned_route", "r1"), ("learned_transition", "t1")]
    assert len(set(keys)) == len(keys) == 7
    day_ms = round(datetime(2025, 10, 1, tzinfo=UTC).timestamp() * 1000)
    assert {document.fetched_at_ms for document in archive.documents} == {day_ms}
    lines = [decode_capture_line(line) for line in archive_to_capture(archive, received_at_ms=NOW_MS)]
    assert tuple(document for line in lines for document in line.documents) == archive.documents


def test_a_session_goes_by_its_start_only() -> None:
    document = {"vin": VIN, "kind": "charging_session", "fetched_at": "2026-07-27T12:00:00Z", "body": {}}
    for key, is_good in (("1784980800", True), ("x", False), ("-1", False), ("", False), ("9" * 12, False)):
        line = json.dumps({"source": "archive", "document": {**document, "natural_key": key}}).encode()
        assert bool(decode_capture_line(line).documents) == is_good, key


@pytest.mark.parametrize(
    ("name", "odd"),
    [("kind", "password"), ("vin", "x"), ("fetched_at", "never"), ("natural_key", "a" * 201), ("body", {"a": 1e999})],
)
def test_a_line_with_another_document_is_malformed(name: str, odd: object) -> None:
    document = {"vin": VIN, "kind": "tyres", "natural_key": "", "fetched_at": "2026-07-27T12:00:00Z", "body": {}}
    for changed, is_good in ((document, True), ({**document, name: odd}, False)):
        decoded = decode_capture_line(json.dumps({"source": "archive", "document": changed}).encode())
        assert (bool(decoded.documents), len(decoded.refused)) == (is_good, 0 if is_good else 1)


@pytest.mark.parametrize(("fetched", "sent_after_ms"), [("2026-07-27T14:00:10.250+0200", 10_250), ("never", 0)])
def test_a_value_was_sent_when_bmw_fetched_it(fetched: str, sent_after_ms: int) -> None:
    value = row(ODOMETER, "48260", "2026-07-27T12:00:00.612Z").replace(
        "</telematicValue>", f"<fetchTimestamp>{fetched}</fetchTimestamp></telematicValue>"
    )
    [reading] = decode_archive(pack(key_list(value)), received_at_ms=NOW_MS + 99_000).readings
    assert (reading.measured_at_ms, reading.sent_after_ms) == (NOW_MS, sent_after_ms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-27T14:00:00.123+0200", "2026-07-27T12:00:00.123"),
        ("2026-07-27T12:00:00.123Z", "2026-07-27T12:00:00.123"),
        ("2026-07-27T12:00:00.123456Z", "2026-07-27T12:00:00.123"),
        ("2026-07-27T12:00:00.5Z", "2026-07-27T12:00:00.500"),
        ("2026-07-27T12:00:00", "2026-07-27T12:00:00.000"),
        ("2026-07-27", "2026-07-27T00:00:00.000"),
        ("27.07.2026 12:00:00 UTC", "2026-07-27T12:00:00.000"),
        ("27.07.2026 14:00:00 CEST", "2026-07-27T12:00:00.000"),
        ("1785153600", "2026-07-27T12:00:00.000"),
    ],
)
def test_times_are_read_in_every_shape(text: str, expected: str) -> None:
    read = datetime.fromtimestamp(parse_archive_time(text) / 1000, UTC)
    assert read.isoformat(timespec="milliseconds") == f"{expected}+00:00"


@pytest.mark.parametrize(
    "text", ["", "never", "32.07.2026 12:00:00 UTC", "27.07.2026 12:00:00 XYZ", "12", "2026-13-01"]
)
def test_other_times_are_malformed(text: str) -> None:
    with pytest.raises(MalformedPayload):
        parse_archive_time(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no more",
        pack("<html/>"),
        pack("no xml"),
        pack(key_list(vin="short")),
        pack("<!DOCTYPE x [<!ENTITY e 'e'>]>" + key_list()),
        pack(("<!DOCTYPE x [<!ENTITY e 'e'>]>" + key_list()).encode("utf-16")),
        pack(key_list(), charging="{"),
        pack(key_list(), charging="[" + "[]," * 500_000 + "[]]"),
        pack(key_list(), charging="[" * 200_000),
    ],
)
def test_anything_else_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedPayload):
        decode_archive(content, received_at_ms=NOW_MS)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_bomb_is_malformed(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("export/CarData_KeyList_1.xml", b" " * (100 << 20))
    tracemalloc.start()
    with pytest.raises(MalformedPayload, match=r"packed in a way|larger than anything"):
        decode_archive(packed.getvalue(), received_at_ms=NOW_MS)
    assert tracemalloc.get_traced_memory()[1] < 60 << 20
    tracemalloc.stop()


def test_archive_of_very_many_entries_is_malformed_before_they_are_listed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(MalformedPayload, match="more than 1,000 entries"):
        decode_archive(packed.getvalue(), received_at_ms=NOW_MS)


WHOLE = pack(key_list(row(ODOMETER, "1", "2026-07-27")), charging=json.dumps([SESSION]))


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4))
def test_damage_gives_records_or_malformed(place: int, damage: bytes) -> None:
    try:
        decode_archive(WHOLE[:place] + damage + WHOLE[place + len(damage) :], received_at_ms=NOW_MS)
    except MalformedPayload:
        return


@given(st.text(max_size=40))
def test_a_time_is_read_or_malformed(text: str) -> None:
    try:
        parse_archive_time(text)
    except MalformedPayload:
        return


async def test_the_emulators_archive_is_understood_whole(make_cloud: MakeCloud) -> None:
    async with make_cloud(accounts=(EmulatedAccount(models=("bev",)),), history_days=10) as cloud:
        voice, vin = cloud.emulator.voice, cloud.emulator.info.vehicles[0].vin
        archive = decode_archive(build_archive(voice, vin, seed=1), received_at_ms=NOW_MS)
    known_keys = {key for key, value in voice.known_of(vin).items() if value.value is not None}
    untimed = [row.descriptor for row in archive.rows if row.value_time is None]
    assert [error.descriptor for error in archive.refused] == untimed
    assert {reading.descriptor for reading in archive.readings} >= known_keys - {"vehicle.look.image"}
    truth = [session.start_ms // 1000 for session in voice.garage.truth(vin).charging_sessions]
    assert sorted(session.start_time_s for session in archive.charging_sessions) == sorted(truth)
    assert (archive.image or b"").startswith(b"\x89PNG")
    assert archive.tyre_diagnosis is not None
    assert archive.contracts
    assert archive.basic_data
