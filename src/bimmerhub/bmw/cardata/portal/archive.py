"""The customer archive: the ZIP that BMW's portal gives owners on request, as typed records. Pure.

In: the ZIP's bytes. Out: `CustomerArchive`. It holds the last values of each descriptor as readings, and a
`MalformedPayload` for each row that is not what BMW sends or has no time of measurement. `rows` holds those rows too,
with the time at which BMW fetched them.

One entry's name contains KeyList and ends with .xml. It names the other files, which lie beside it. Its times come in
several forms (`parse_archive_time`); those without a zone count as UTC. The XML may have its fields as elements or
attributes. Source: what a client's reader expects (2026); BMW describes nothing.
"""

import base64
import binascii
import contextlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import msgspec

from bimmerhub.bmw.answers.json_size import check_json_size
from bimmerhub.bmw.answers.lenient_structs import read_objects
from bimmerhub.bmw.answers.xml_tree import parse_xml
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession
from bimmerhub.bmw.cardata.answers.documents import archived_documents
from bimmerhub.bmw.cardata.answers.tyres import TyreDiagnosis, read_tyre_diagnosis
from bimmerhub.bmw.cardata.wire import decode_message, encode_document, parse_time_ms
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.units import normalise_unit
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, Vin, parse_vin
from bimmerhub.json_faults import NOT_JSON

LARGEST_ENTRY_BYTES = 16 << 20
MOST_ENTRIES = 1_000
_ENTRY_MARK = b"PK\x01\x02"
_ROOT = "customerArchiveContent"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GERMAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: (\S+))?", re.ASCII)
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "CET": 1, "CEST": 2}
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A ConnectedDrive contract. Times are BMW's text."""

    name: str | None
    status: str | None
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRow:
    """One value as the archive has it; `title` is BMW's, in the archive's language.

    `descriptor` is empty for a row without key (seen in an archive of 2019): it becomes no reading but a
    `MalformedPayload` that names the title. Where a distance has no unit, `unit` is the archive's unit of length.
    """

    descriptor: str
    title: str | None
    value: str | None
    unit: str | None
    value_time: str | None
    fetch_time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerArchive:
    """Everything in one archive that is read so far. What it does not have is None or empty.

    `requested_on` is BMW's text, dd-mm-yyyy. `basic_data` has BMW's localised titles as keys. `image` is a PNG.
    `learned_places` is the learned navigation as BMW's JSON: places, routes and transitions. `documents` are these, the
    sessions and the tyres as the hub keeps them, fetched on the day of the request.
    """

    vin: Vin
    requested_on: str | None
    language: str | None
    unit_of_length: str | None
    basic_data: dict[str, str]
    contracts: tuple[Contract, ...]
    rows: tuple[ArchiveRow, ...]
    readings: tuple[Reading, ...]
    refused: tuple[MalformedPayload, ...]
    charging_sessions: tuple[BmwChargingSession, ...]
    tyre_diagnosis: TyreDiagnosis | None
    image: bytes | None
    learned_places: bytes | None
    documents: tuple[Document, ...] = ()


def decode_archive(content: bytes, *, received_at_ms: int) -> CustomerArchive:
    """Return what is in an archive; `received_at_ms` is the arrival time of its readings (source ARCHIVE).

    MalformedPayload when it is no such archive, or a part of it cannot be read at all.
    """
    if content.count(_ENTRY_MARK) > MOST_ENTRIES:  # before the module makes an object of each
        raise MalformedPayload(f"an archive with more than {MOST_ENTRIES:,} entries")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _decode(packed, received_at_ms)
    except _BAD_ZIP as error:
        raise MalformedPayload(f"not a ZIP that can be read: {str(error)[:80]}") from error


def archive_to_capture(archive: CustomerArchive, *, received_at_ms: int) -> Iterator[bytes]:
    """Yield the archive's values as lines of a capture file, one value a line, and then its documents, one a line."""
    received_at = _iso(received_at_ms)
    for row in archive.rows:
        line = {"received_at": received_at, "source": "archive", "payload": _to_message(archive.vin, row)}
        yield json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n"
    for document in archive.documents:
        yield encode_document(document) + b"\n"


def parse_archive_time(text: str) -> int:
    """Return a time of the archive as milliseconds since 1970 UTC; MalformedPayload when it is none.

    Shapes (observed by a client 2026): ISO 8601 with any number of digits after the second, with Z, with an offset with
    or without colon, or without zone (taken for UTC); a date alone (its midnight, UTC); `27.07.2026 12:00:00 UTC`; and
    unix seconds.
    """
    words = text.strip()
    if words.isascii() and words.isdigit() and len(words) in (9, 10):
        return int(words) * 1000
    if (german := _GERMAN.fullmatch(words)) is not None:
        day, month, year, clock, zone = german.groups()
        hours = _ZONES.get((zone or "UTC").upper())
        if hours is None:
            raise MalformedPayload(f"a time in a zone that is not known: {text[:40]!r}")
        return _with_zone(f"{year}-{month}-{day}T{clock}", hours)
    try:
        return parse_time_ms(words)
    except MalformedPayload:
        return _with_zone(words, 0)


def _with_zone(text: str, hours: int) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedPayload(f"not a time: {text[:40]!r}") from error
    if moment.tzinfo is not None:
        raise MalformedPayload(f"not a time: {text[:40]!r}")
    return parse_time_ms(moment.replace(tzinfo=timezone(timedelta(hours=hours))).isoformat())


def _decode(packed: zipfile.ZipFile, received_at_ms: int) -> CustomerArchive:
    names = packed.namelist()
    key_list = next((name for name in names if "KeyList" in name and name.lower().endswith(".xml")), None)
    if key_list is None:
        raise MalformedPayload("no customer archive: it has no KeyList")
    root = _parse_xml(_read(packed, key_list))
    vin = _vin(root)
    rows = tuple(_rows(root, unit_of_length=root.get("unitOfLength")))
    readings, refused = _to_readings(vin, rows, received_at_ms)
    folder = key_list.rpartition("/")[0]

    def beside(attribute: str) -> bytes | None:
        name = root.get(attribute)
        path = f"{folder}/{name}" if folder else name
        return _read(packed, path) if name and path in names else None

    sessions, tyres = _parse_json(beside("chargingHistoryFileName")), _parse_json(beside("smartMaintenanceFileName"))
    learned = beside("learningNavigationFileName")
    requested_ms = _requested_ms(root.get("requestDate"))
    documents = archived_documents(
        vin,
        sessions=sessions,
        tyres=tyres,
        navigation=_parse_json(learned),
        at_ms=received_at_ms if requested_ms is None else requested_ms,
    )
    return CustomerArchive(
        vin=vin,
        requested_on=root.get("requestDate"),
        language=root.get("lang"),
        unit_of_length=root.get("unitOfLength"),
        basic_data=_basic_data(root),
        contracts=tuple(_contracts(root)),
        rows=rows,
        readings=readings,
        refused=refused,
        charging_sessions=read_objects(BmwChargingSession, sessions),
        tyre_diagnosis=read_tyre_diagnosis(tyres),
        image=_image(root),
        learned_places=learned,
        documents=tuple(documents),
    )


def _requested_ms(text: str | None) -> int | None:
    """Return the midnight UTC of the day of the request, dd-mm-yyyy; None when it is none."""
    try:
        return round(datetime.strptime(text or "", "%d-%m-%Y").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    if packed.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise MalformedPayload("an entry of the archive is packed in a way that BMW does not use")
    with packed.open(name) as entry:
        content = entry.read(LARGEST_ENTRY_BYTES + 1)
    if len(content) > LARGEST_ENTRY_BYTES:
        raise MalformedPayload("an entry of the archive is larger than anything BMW sends")
    return content


def _parse_xml(content: bytes) -> ET.Element:
    try:
        root = parse_xml(content, largest_bytes=LARGEST_ENTRY_BYTES)
    except MalformedPayload as error:
        raise MalformedPayload(f"the key list: {error}") from error
    if root.tag != _ROOT:
        raise MalformedPayload("no customer archive: its key list has another root")
    return root


def _parse_json(content: bytes | None) -> object:
    if content is None:
        return None
    check_json_size(content)
    try:
        tree: object = msgspec.json.decode(content)
    except NOT_JSON as error:
        raise MalformedPayload("a file of the archive is no JSON") from error
    return tree


def _vin(root: ET.Element) -> Vin:
    try:
        return parse_vin((root.get("vin") or "").strip().upper())
    except ValueError as error:
        raise MalformedPayload(str(error)) from error


def _field(element: ET.Element, name: str) -> str | None:
    """Return a field, whether it is an attribute or an element; None for an empty one."""
    text = element.get(name)
    if text is None:
        text = element.findtext(name)
    return text.strip() or None if text is not None else None


def _rows(root: ET.Element, *, unit_of_length: str | None) -> Iterator[ArchiveRow]:
    for value in root.iterfind("telematicValueList/telematicValue"):
        descriptor, unit = _field(value, "telematicKeyName") or "", _field(value, "unit")
        yield ArchiveRow(
            descriptor=descriptor,
            title=_field(value, "name"),
            value=_field(value, "value"),
            unit=unit_of_length if normalise_unit(unit) is None and _is_distance(descriptor) else unit,
            value_time=_field(value, "valueTimestamp"),
            fetch_time=_field(value, "fetchTimestamp"),
        )


def _is_distance(descriptor: str) -> bool:
    entry = load_catalogue().get(Descriptor(descriptor))
    return entry is not None and entry.datatype == "number" and entry.unit == "km"


def _basic_data(root: ET.Element) -> dict[str, str]:
    pairs = [(_field(item, "name"), _field(item, "value")) for item in root.iterfind("basicVehicleData/telematicValue")]
    return {name: value for name, value in pairs if name is not None and value is not None}


def _contracts(root: ET.Element) -> Iterator[Contract]:
    for contract in root.iterfind("casaContractDetailsDataList"):
        period = contract.find("contractPeriod")
        start, end = (None, None) if period is None else (_field(period, "start"), _field(period, "end"))
        yield Contract(name=_field(contract, "name"), status=_field(contract, "status"), start=start, end=end)


def _image(root: ET.Element) -> bytes | None:
    text = _field(root, "vehicleImage")
    try:
        return None if text is None else base64.b64decode(text)
    except binascii.Error as error:
        raise MalformedPayload("the picture in the archive is not base64") from error


def _to_readings(
    vin: Vin, rows: Iterable[ArchiveRow], received_at_ms: int
) -> tuple[tuple[Reading, ...], tuple[MalformedPayload, ...]]:
    readings: list[Reading] = []
    refused: list[MalformedPayload] = []
    for row in rows:
        message = json.dumps(_to_message(vin, row)).encode()
        decoded = decode_message(message, received_at_ms=received_at_ms, source=Source.ARCHIVE)
        readings += decoded.readings
        refused += decoded.refused
    return tuple(readings), tuple(refused)


def _to_message(vin: Vin, row: ArchiveRow) -> dict[str, object]:
    """Return a row as a message of the stream, sent when BMW fetched the value.

    A time of the value that is none stays as it is, for the decoder to refuse.
    """
    value_time = row.value_time
    with contextlib.suppress(MalformedPayload):
        value_time = None if value_time is None else _iso(parse_archive_time(value_time))
    fetch_time: str | None = None
    with contextlib.suppress(MalformedPayload):
        fetch_time = None if row.fetch_time is None else _iso(parse_archive_time(row.fetch_time))
    item = {"timestamp": value_time, "value": row.value, "unit": row.unit}
    data = {row.descriptor: item if row.descriptor else {**item, "title": row.title}}
    return {"vin": vin, "timestamp": fetch_time, "data": data}


def _iso(at_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
