"""Bytes that BMW CarData sends, turned into readings. Pure: no clock, no sockets.

In: one stream message, one REST body or one line of a capture file. Out: `Decoded`, the readings and, beside them, a
`MalformedPayload` for each row (or the whole) that is not what BMW sends. Nothing here raises for bad bytes.

`decoding.row_values` says what becomes of a value, by its descriptor.
The time of a value is cut to its second: the stream stamps whole seconds, REST and archives often milliseconds, so that
one event told by both is one reading.
The words of `domain.no_value` mean that the car has no value: with a time that is a reading of None, without one it is
nothing, but for Check Control messages, where it says that there are none: the answer's time counts then. Such a word
in place of a time is no time.
Of a member that occurs twice in one object the last counts; members that nobody reads here may hold anything.
Sources: shapes and words as observed on stream and REST by several clients, 2025-2026.
"""

from codecs import BOM_UTF8
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from bimmerhub.bmw.cardata.decoding.lenient_json import BAD_JSON, convert_leniently, parse_leniently
from bimmerhub.bmw.cardata.decoding.row_values import LONGEST_DESCRIPTOR, plan_row, says_no_value, unclear_value
from bimmerhub.bmw.cardata.decoding.telematic_shapes import telematic_rows
from bimmerhub.domain.documents import ARCHIVED, CHARGING_SESSION, Document
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, Vin, parse_vin
from bimmerhub.times import LATEST_MS, SECOND_MS, format_time

CHECK_CONTROL = Descriptor("vehicle.status.checkControlMessages")

MOST_ROWS = 10_000
"""Rows of one message or answer: some thirty times as many as there are descriptors."""

LONGEST_SECONDS = 12
"""Digits of unix seconds up to the year 9999."""

_LONGEST_TIME = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_UNSET = msgspec.UNSET


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """What was in the bytes: readings in the order of the message, what of it was refused, an archive's documents.

    `unclear` are those of the refused rows that hold a value of another kind than the catalogue says, as readings of
    what they say (`domain.unclear`).
    `received_at_ms` is the time that the readings carry as their arrival; 0 when nothing readable told one.
    """

    readings: tuple[Reading, ...] = ()
    refused: tuple[MalformedPayload, ...] = ()
    unclear: tuple[Reading, ...] = ()
    received_at_ms: int
    documents: tuple[Document, ...] = ()


class _Item(msgspec.Struct, gc=False):
    value: Value | msgspec.UnsetType = msgspec.UNSET
    timestamp: str | None = None
    unit: str | None = None
    title: str | None = None
    """What an archive calls a value, for one that has no key."""


class _Message(msgspec.Struct, gc=False):
    vin: str
    data: dict[str, _Item]
    timestamp: str | None = None


class _TelematicBody(msgspec.Struct, rename="camel"):
    telematic_data: dict[str, _Item]


class _ArchivedDocument(msgspec.Struct):
    vin: str
    kind: str
    natural_key: str
    fetched_at: str
    body: msgspec.Raw


class _CaptureLine(msgspec.Struct):
    payload: msgspec.Raw = msgspec.Raw()
    received_at: str | None = None
    source: str | None = None
    document: _ArchivedDocument | None = None


# Two of them when a row in them is broken: rows are then taken one by one, from JSON that was read leniently.
class _LooseMessage(msgspec.Struct):
    vin: str
    data: dict[str, object]
    timestamp: str | None = None


class _LooseCaptureLine(msgspec.Struct):
    payload: object = msgspec.UNSET
    received_at: str | None = None


_decode_message = msgspec.json.Decoder(_Message).decode
_decode_telematic_body = msgspec.json.Decoder(_TelematicBody).decode
_decode_capture_line = msgspec.json.Decoder(_CaptureLine).decode


def decode_message(payload: bytes, *, received_at_ms: int | None, source: Source = Source.STREAM) -> Decoded:
    """Return the readings of one stream message.

    `received_at_ms` None (a capture without arrival times) takes the envelope's time for it, and the newest row's when
    the envelope has none.
    """
    try:
        message = _decode_message(payload)
    except BAD_JSON:
        try:
            return _read_loose_message(parse_leniently(payload), received_at_ms, source)
        except MalformedPayload as error:
            return _refused_whole("a stream message", error, received_at_ms)
    if len(message.data) > MOST_ROWS:
        return _refused_whole("a stream message", _too_many(message.data), received_at_ms)
    rows = message.data.items()
    return _read_rows(message.vin, message.timestamp, rows, received_at_ms=received_at_ms, source=source)


def decode_capture_line(line: bytes) -> Decoded:
    """Return the readings of one line of a capture file, bare or wrapped with its arrival time (source CAPTURE).

    A wrapper that says `"source": "archive"` holds a value or a document of a customer archive (see
    `archive.archive_to_capture`).
    """
    try:
        wrapper = _decode_capture_line(line)
    except BAD_JSON:
        return _decode_loose_capture_line(line)
    try:
        received_at_ms = None if wrapper.received_at is None else parse_time_ms(wrapper.received_at)
    except MalformedPayload as error:
        return _refused_whole("a capture line", error, None)
    if wrapper.document is not None:
        return _decode_document(wrapper.document)
    source = Source.ARCHIVE if wrapper.source == "archive" else Source.CAPTURE
    return decode_message(bytes(wrapper.payload) or line, received_at_ms=received_at_ms, source=source)


def encode_document(document: Document) -> bytes:
    """Return a document of a customer archive as a line of a capture, without its end."""
    contents = {
        "vin": document.subject,
        "kind": document.kind,
        "natural_key": document.natural_key,
        "fetched_at": format_time(document.fetched_at_ms),
        "body": msgspec.Raw(document.body.encode()),
    }
    return msgspec.json.encode({"source": "archive", "document": contents})


def _decode_document(line: _ArchivedDocument) -> Decoded:
    try:
        document = Document(
            subject=_known_vin(line.vin),
            kind=line.kind,
            natural_key=line.natural_key,
            body=msgspec.json.encode(msgspec.json.decode(line.body)).decode(),
            source=Source.ARCHIVE,
            fetched_at_ms=parse_time_ms(line.fetched_at),
        )
    except (MalformedPayload, *BAD_JSON) as error:
        return _refused_whole("a capture line", error, None)
    if document.kind not in ARCHIVED or not _is_key(document.kind, document.natural_key):
        return _refused_whole("a capture line", MalformedPayload("no document of a customer archive"), None)
    return Decoded(documents=(document,), received_at_ms=document.fetched_at_ms)


def _is_key(kind: str, natural_key: str) -> bool:
    """Tell whether a natural key can be one; a charging session's is its start in unix seconds."""
    if kind == CHARGING_SESSION:
        is_number = natural_key.isascii() and natural_key.isdecimal() and len(natural_key) <= LONGEST_SECONDS
        return is_number and int(natural_key) * SECOND_MS <= LATEST_MS
    return len(natural_key) <= LONGEST_DESCRIPTOR and natural_key.isprintable()


def decode_telematic_data(body: bytes, *, vin: Vin, received_at_ms: int, answered_at_ms: int | None = None) -> Decoded:
    """Return the readings of a telematicData answer (source REST). Rows without value and time are skipped: no data.

    It may also be as BMW's guide prints it (`decoding.telematic_shapes`).
    `answered_at_ms` is BMW's time of the answer, for which None takes the arrival.
    """
    sent_at_ms = received_at_ms if answered_at_ms is None else answered_at_ms
    try:
        rows = _decode_telematic_body(body).telematic_data
    except BAD_JSON:
        try:
            loose_rows = list(telematic_rows(parse_leniently(body)))
            if len(loose_rows) > MOST_ROWS:
                raise _too_many(loose_rows)
        except MalformedPayload as error:
            return _refused_whole("a telematicData answer", error, received_at_ms)
        return _read_loose_rows(vin, sent_at_ms, loose_rows, received_at_ms=received_at_ms, source=Source.REST)
    if len(rows) > MOST_ROWS:
        return _refused_whole("a telematicData answer", _too_many(rows), received_at_ms)
    dated = _dated(rows.items(), sent_at_ms)
    return _read_rows(vin, sent_at_ms, dated, received_at_ms=received_at_ms, source=Source.REST)


@lru_cache(maxsize=256)
def parse_time_ms(text: str) -> int:
    """Return an ISO 8601 time with a zone as milliseconds since 1970 UTC; MalformedPayload when it is not one.

    Digits after the millisecond are cut off. Whatever is returned is a time that a UTC datetime can hold.
    """
    try:
        since_epoch = datetime.fromisoformat(text) - _EPOCH
    except ValueError as error:
        raise MalformedPayload(f"not a time: {text[:_LONGEST_TIME]!r}") from error
    except TypeError as error:
        raise MalformedPayload(f"time without a zone: {text[:_LONGEST_TIME]!r}") from error
    time_ms = since_epoch.days * 86_400_000 + since_epoch.seconds * 1000 + since_epoch.microseconds // 1000
    if len(text) > _LONGEST_TIME or not _FIRST_MS <= time_ms <= _LAST_MS:
        raise MalformedPayload(f"not a time: {text[:_LONGEST_TIME]!r}")
    return time_ms


def _decode_loose_capture_line(line: bytes) -> Decoded:
    bare = line.lstrip(BOM_UTF8)  # editors on Windows begin a file with it
    if bare != line:
        return decode_capture_line(bare)
    try:
        tree = parse_leniently(line)
        wrapper = convert_leniently(tree, _LooseCaptureLine)
        received_at_ms = None if wrapper.received_at is None else parse_time_ms(wrapper.received_at)
        message = tree if wrapper.payload is msgspec.UNSET else wrapper.payload
        return _read_loose_message(message, received_at_ms, Source.CAPTURE)
    except MalformedPayload as error:
        return _refused_whole("a capture line", error, None)


def _read_loose_message(tree: object, received_at_ms: int | None, source: Source) -> Decoded:
    message = convert_leniently(tree, _LooseMessage)
    if len(message.data) > MOST_ROWS:
        raise _too_many(message.data)
    rows = message.data.items()
    return _read_loose_rows(message.vin, message.timestamp, rows, received_at_ms=received_at_ms, source=source)


def _dated(rows: Iterable[tuple[str, _Item]], answered_at_ms: int) -> Iterable[tuple[str, _Item]]:
    """Yield the rows of an answer, "no Check Control messages" with the answer's time where it has none.

    BMW answers null for value, unit and time once the last message is gone (observed by clients 2026).
    """
    for descriptor, item in rows:
        if descriptor == CHECK_CONTROL and _is_nothing(item):
            yield descriptor, _Item(value=None, timestamp=format_time(answered_at_ms))
        else:
            yield descriptor, item


def _refused_whole(wanted: str, error: Exception, received_at_ms: int | None) -> Decoded:
    refused = MalformedPayload(f"not {wanted}: {error}")
    return Decoded(refused=(refused,), received_at_ms=received_at_ms or 0)


def _too_many(rows: Collection[object]) -> MalformedPayload:
    return MalformedPayload(f"{len(rows):,} rows, more than there are descriptors")


def _read_loose_rows(
    vin: str,
    sent_at: str | int | None,
    rows: Iterable[tuple[str, object]],
    *,
    received_at_ms: int | None,
    source: Source,
) -> Decoded:
    items: list[tuple[str, _Item]] = []
    refused: list[MalformedPayload] = []
    for descriptor, row in rows:
        try:
            items.append((descriptor, convert_leniently(row, _Item)))
        except MalformedPayload as error:
            refused.append(_refused_row(descriptor, error))
    dated = _dated(items, sent_at) if isinstance(sent_at, int) else items  # only an answer's time is in milliseconds
    decoded = _read_rows(vin, sent_at, dated, received_at_ms=received_at_ms, source=source)
    return msgspec.structs.replace(decoded, refused=(*refused, *decoded.refused))


def _read_rows(
    vin: str,
    sent_at: str | int | None,
    rows: Iterable[tuple[str, _Item]],
    *,
    received_at_ms: int | None,
    source: Source,
) -> Decoded:
    """Return the readings of one message's rows; `sent_at` is its time, as text or in milliseconds.

    Every live message comes through here: about 2 us for one row.
    """
    try:
        known_vin = _known_vin(vin)
        sent_at_ms = parse_time_ms(sent_at) if isinstance(sent_at, str) else sent_at
    except MalformedPayload as error:
        return Decoded(refused=(error,), received_at_ms=received_at_ms or 0)
    arrival_ms = sent_at_ms if received_at_ms is None else received_at_ms
    readings: list[Reading] = []
    refused: list[MalformedPayload] = []
    unclear: list[Reading] = []
    for descriptor, item in rows:
        try:
            if item.timestamp is None or item.value is _UNSET:
                _refuse_all_but_no_value(item)
                continue
            plan = plan_row(descriptor, item.unit)
            reading = Reading(
                vin=known_vin,
                descriptor=plan.descriptor,
                value=(value := plan.read(item.value)),
                unit=plan.unit if value is not None else plan.unit_of_none,
                measured_at_ms=parse_time_ms(item.timestamp) // SECOND_MS * SECOND_MS,
                sent_at_ms=sent_at_ms,
                received_at_ms=arrival_ms or 0,
                source=source,
            )
        except MalformedPayload as error:
            if not _is_nothing(item):
                refused.append(_refused_row(descriptor, error) if descriptor else _without_key(item))
            said = _said_unclearly(descriptor, item)
            if said is not None:
                unclear.append(Reading(known_vin, *said, sent_at_ms, arrival_ms or 0, source))
        else:
            readings.append(reading)
    if arrival_ms is None:
        arrival_ms = max((reading.measured_at_ms for reading in readings), default=0)
        readings = [reading._replace(received_at_ms=arrival_ms) for reading in readings]
        unclear = [reading._replace(received_at_ms=arrival_ms) for reading in unclear]
    return Decoded(readings=tuple(readings), refused=tuple(refused), unclear=tuple(unclear), received_at_ms=arrival_ms)


def _said_unclearly(descriptor: str, item: _Item) -> tuple[Descriptor, Value, str | None, int] | None:
    """Return the key, value, unit and time (ms) of a refused row whose value alone is at fault; None for any other."""
    if item.timestamp is None or item.value is _UNSET:
        return None
    try:
        plan = plan_row(descriptor, item.unit)
        measured_at_ms = parse_time_ms(item.timestamp) // SECOND_MS * SECOND_MS
    except MalformedPayload:
        return None
    value = unclear_value(plan.descriptor, item.value, item.unit)
    return None if value is None else (plan.descriptor, value, plan.unit_of_none, measured_at_ms)


def _without_key(item: _Item) -> MalformedPayload:
    return _refused_row(item.title or "a value", MalformedPayload("no key with it, so what it belongs to is not known"))


def _refused_row(descriptor: str, error: MalformedPayload) -> MalformedPayload:
    """Return the error with the name of its row, in a form that can be stored whatever the name was."""
    error.descriptor = descriptor[:LONGEST_DESCRIPTOR].encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return error


@lru_cache(maxsize=1024)
def _known_vin(text: str) -> Vin:
    try:
        return parse_vin(text)
    except ValueError as error:
        raise MalformedPayload(str(error)) from error


def _is_nothing(item: _Item) -> bool:
    """Tell whether a row says that there is no value, and gives no time either."""
    return item.value is not _UNSET and says_no_value(item.value) and says_no_value(item.timestamp)


def _refuse_all_but_no_value(item: _Item) -> None:
    """Raise MalformedPayload unless the row says, without a time, that there is no value: then it is nothing."""
    if item.value is msgspec.UNSET:
        raise MalformedPayload("a row without a value member")
    if not says_no_value(item.value):
        raise MalformedPayload("a value without a time")
