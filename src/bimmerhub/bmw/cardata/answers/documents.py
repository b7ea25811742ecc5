"""CarData's answers as documents, and as readings where a catalogue key stands for what they say. Pure.

In: the body of an answer, or the items of a customer archive's file. Out: `Document`s whose natural keys are BMW's own,
so that an answer that comes again, by REST or from an archive, is the same document.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.cardata.answers import bodies
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession
from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings
from bimmerhub.bmw.cardata.answers.models import LONGEST_NAME, BasicData, Mapping
from bimmerhub.bmw.cardata.wire import Decoded, decode_message
from bimmerhub.domain.documents import (
    BASIC_DATA,
    CHARGING_PLACE,
    CHARGING_SESSION,
    LEARNED_PLACE,
    LEARNED_ROUTE,
    LEARNED_TRANSITION,
    MAPPING,
    TYRES,
    Document,
)
from bimmerhub.domain.reading import Source
from bimmerhub.ids import Vin, is_vin
from bimmerhub.times import format_time

ENERGY, EQUIPMENT, SIM = (
    "vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute",
    "vehicle.extras.optionalEquipment.code",
    "vehicle.sim.status",
)
_HASH_CHARACTERS = 24
_LONGEST_VALUE = 4_000
"""Characters of a reading; the equipment of a car takes some hundreds."""
_LEARNED = (
    (LEARNED_PLACE, "places", "place"),
    (LEARNED_ROUTE, "routes", "route"),
    (LEARNED_TRANSITION, "transitions", ""),
)
_SIM_WORDS = {"ACTIVE": True, "INACTIVE": False}
"""basicData was seen with ACTIVE only (2025-2026); that INACTIVE is its opposite is inferred."""


def basic_data_document(vin: Vin, body: bytes, *, at_ms: int) -> Document:
    """Return a basicData answer; BmwUnavailable when it is no object."""
    return _whole(vin, BASIC_DATA, body, "basicData", at_ms=at_ms)


def basic_data_readings(vin: Vin, body: bytes, *, at_ms: int) -> Decoded:
    """Return what basicData says of keys of its own category, which telematicData leaves empty; of BMW's time `at_ms`.

    Which field is which key: their titles in BMW's catalogue. BMW gives no time with them, so the answer's is taken.
    """
    basic = bodies.read_answer(BasicData, body, "basicData")
    sim = None if basic.sim_status is None else _SIM_WORDS.get(basic.sim_status.upper(), basic.sim_status)
    values = {ENERGY: basic.hvs_max_energy_absolute, EQUIPMENT: basic.full_sa_list, SIM: sim}
    at = format_time(at_ms)
    rows = {
        key: {"timestamp": at, "value": value, "unit": "kWh" if key == ENERGY else None}
        for key, value in values.items()
        if value is not None and len(str(value)) <= _LONGEST_VALUE
    }
    message = msgspec.json.encode({"vin": vin, "timestamp": at, "data": rows})
    return decode_message(message, received_at_ms=at_ms, source=Source.REST)


def tyres_document(vin: Vin, body: bytes, *, at_ms: int) -> Document:
    """Return a tyre diagnosis; BmwUnavailable when it is no object."""
    return _whole(vin, TYRES, body, "tyre diagnosis", at_ms=at_ms)


def session_documents(vin: Vin, items: object, *, at_ms: int, source: Source = Source.REST) -> Iterator[Document]:
    """Yield the charging sessions of a decoded list that can be read; what is no list has none."""
    for item in items if isinstance(items, list) else ():
        session = read_object(BmwChargingSession, item)
        if session is not None:
            yield _item(vin, CHARGING_SESSION, str(session.start_time_s), item, at_ms=at_ms, source=source)


def place_documents(vin: Vin, items: object, *, at_ms: int) -> Iterator[Document]:
    """Yield the charging settings of each place in a decoded list, by BMW's id of the place, else of the settings.

    Without either it is the position. A second one of the same place also has its own id in its key; the same one that
    comes again, as when pages go in a ring, is left out.
    """
    ids: dict[str, str | None] = {}
    for item in items if isinstance(items, list) else ():
        settings = read_object(LocationChargingSettings, item)
        if settings is None:
            continue
        key = settings.cluster_location_id or settings.id or f"{settings.latitude_deg},{settings.longitude_deg}"
        key = _bounded(f"{key}/{settings.id}" if ids.get(_bounded(key), settings.id) != settings.id else key)
        if key in ids:
            continue
        ids[key] = settings.id
        yield _item(vin, CHARGING_PLACE, key, item, at_ms=at_ms, source=Source.REST)


def mapping_documents(body: bytes, *, owner: str, at_ms: int) -> Iterator[Document]:
    """Yield the mapping of each vehicle in a mappings answer to the account whose GCID is `owner`."""
    items = bodies.mapping_items(bodies.decode_answer(body, bodies.MAPPINGS))
    for item in items if isinstance(items, list) else ():
        mapping = read_object(Mapping, item)
        if mapping is not None and is_vin(mapping.vin):
            yield _item(mapping.vin, MAPPING, owner, item, at_ms=at_ms, source=Source.REST)


def archived_documents(
    vin: Vin, *, sessions: object, tyres: object, navigation: object, at_ms: int
) -> Iterator[Document]:
    """Yield what the decoded files of a customer archive hold; None is a file that is not there.

    What is learned is `{"places": [{"place": {"id"}}], "routes": [{"route": {"id"}}], "transitions": [{"id"}]}`, as a
    client's reader expects (2026). An item without id goes by a hash of its text.
    """
    yield from session_documents(vin, sessions, at_ms=at_ms, source=Source.ARCHIVE)
    if isinstance(tyres, dict):
        yield _item(vin, TYRES, "", tyres, at_ms=at_ms, source=Source.ARCHIVE)
    for kind, name, inner in _LEARNED:
        items = navigation.get(name) if isinstance(navigation, dict) else None
        for item in items if isinstance(items, list) else ():
            yield _item(vin, kind, _learned_key(item, inner), item, at_ms=at_ms, source=Source.ARCHIVE)


def _learned_key(item: object, inner: str) -> str:
    holder = item.get(inner, item) if isinstance(item, dict) else None
    identity = holder.get("id") if isinstance(holder, dict) else None
    if isinstance(identity, str) and 0 < len(identity) <= LONGEST_NAME:
        return identity
    return _hash(msgspec.json.encode(item))


def _bounded(key: str) -> str:
    """Return a key as it is, a longer one as a hash of it: the same one is the same document."""
    return key if len(key) <= LONGEST_NAME else _hash(key.encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_CHARACTERS]


def _whole(vin: Vin, kind: str, body: bytes, operation: str, *, at_ms: int) -> Document:
    content = bodies.decode_answer(body, operation)
    if not isinstance(content, dict):
        raise bodies.unreadable(operation)
    return _item(vin, kind, "", content, at_ms=at_ms, source=Source.REST)


def _item(vin: Vin, kind: str, natural_key: str, item: object, *, at_ms: int, source: Source) -> Document:
    """Return an answer, or a part of one, as a document: the same JSON without blanks, so that equal ones are equal."""
    return Document(
        subject=vin,
        kind=kind,
        natural_key=natural_key,
        body=msgspec.json.encode(item).decode(),
        source=source,
        fetched_at_ms=at_ms,
    )
