"""One round of random input for each reader of what BMW sends: a value or MalformedPayload, nothing else.

Half of the inputs are real documents with a few bytes changed, half are documents of the right shape with anything in
them. What is understood goes on as in the hub: it must be storable, be judged, and make signals.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Final

from bench.fuzzing.mutation import TOKENS, mutated

from bimmerhub.bmw.cardata.wire import Decoded, decode_capture_line, decode_message, decode_telematic_data
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.plausibility.one_value import sift
from bimmerhub.domain.signals.conditions import read_check_control, read_conditions, read_trouble_codes
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.readings.values import decode_value, encode_value

VIN: Final = Vin("WBA00000000000001")
AT: Final = "2026-07-27T12:38:00Z"
KEYS: Final = tuple(load_catalogue())
DEEPEST: Final = 3

CBS: Final = (
    '[{"date":"2027-01","description":"x","id":1,"messageType":"CBS","status":"OK","text":"-","title":"Oil",'
    '"unitOfLengthRemaining":"2100"},{"date":"null","id":907,"messageType":"CCM","status":"NULL","text":null}]'
)
DTC: Final = '<?xml version="1.0"?><dtcData dtcCount="72"><dtc ecuAddress="29">X00001</dtc><dtc>D90BC7</dtc></dtcData>'
MESSAGE: Final = json.dumps(
    {
        "vin": VIN,
        "entityId": "11111111-2222-3333-4444-555555555555",
        "topic": VIN,
        "timestamp": "2026-07-27T12:38:01.120Z",
        "data": {
            "vehicle.vehicle.travelledDistance": {"timestamp": AT, "value": 48260, "unit": "km"},
            "vehicle.cabin.door.status": {"timestamp": AT, "value": "LOCKED"},
            "vehicle.status.conditionBasedServices": {"timestamp": AT, "value": CBS},
        },
    }
)
REST: Final = json.dumps(
    {"telematicData": {"vehicle.isMoving": {"timestamp": AT, "unit": None, "value": "true"}, KEYS[5]: {"value": None}}}
)
TIMES: Final = ("17.01.2027 00:00:00 UTC", "01/17/2027 12:00 UTC", "2022-10-17T00:00:00.000+0000", "2027-01")


def fuzz_stream_message(rng: random.Random) -> None:
    """Decode one stream message, or one line of a capture that holds it."""
    text = mutated(rng, MESSAGE.encode()) if rng.random() < 0.5 else _encoded(_message(rng))
    if rng.random() < 0.5:
        _follow(decode_message(text, received_at_ms=rng.choice([None, 5, 1_785_155_878_000])))
    else:
        _follow(decode_capture_line(text))


def fuzz_telematic_data(rng: random.Random) -> None:
    """Decode one answer of telematicData."""
    text = mutated(rng, REST.encode()) if rng.random() < 0.5 else _encoded({"telematicData": _rows(rng)})
    _follow(decode_telematic_data(text, vin=VIN, received_at_ms=5))


def fuzz_conditions(rng: random.Random) -> None:
    """Read one document of service items or Check Control messages."""
    text = mutated(rng, CBS.encode()) if rng.random() < 0.5 else _encoded([_item(rng) for _ in range(rng.randrange(4))])
    _expect(rng.choice([read_conditions, read_check_control]), text.decode(errors="surrogateescape"))


def fuzz_trouble_codes(rng: random.Random) -> None:
    """Read one list of fault codes."""
    _expect(read_trouble_codes, mutated(rng, DTC.encode()).decode(errors="surrogateescape"))


def fuzz_vendor_time(rng: random.Random) -> None:
    """Read one time."""
    _expect(parse_vendor_time, mutated(rng, rng.choice(TIMES).encode()).decode(errors="surrogateescape"))


ROUNDS: Final[Sequence[Callable[[random.Random], None]]] = (
    fuzz_stream_message,
    fuzz_telematic_data,
    fuzz_conditions,
    fuzz_trouble_codes,
    fuzz_vendor_time,
)


def fuzz(rng: random.Random) -> None:
    """Do one round of one of them."""
    rng.choice(ROUNDS)(rng)


def _expect(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except MalformedPayload:
        return


def _follow(decoded: Decoded) -> None:
    for error in decoded.refused:
        str(error).encode()
        (error.descriptor or "").encode()
    for reading in decoded.readings:
        stored = decode_value(encode_value(reading.value))
        if stored != reading.value or type(stored) is not type(reading.value):
            raise AssertionError(f"{reading.value!r} would be stored as {stored!r}")
        f"{reading.descriptor}{reading.unit}{reading.value}".encode()
        reading.measured_at.isoformat()
    sifted = sift(decoded.readings)
    if len(sifted.believed) + len(sifted.judged) + len(sifted.doubts) != len(decoded.readings):
        raise AssertionError("a reading was lost")
    VehicleState().fold([*sifted.believed, *sifted.judged])


def _encoded(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=True).encode()


def _message(rng: random.Random) -> object:
    message = {"vin": rng.choice([VIN, "", _anything(rng)]), "data": _rows(rng)}
    if rng.random() < 0.7:
        message["timestamp"] = rng.choice([AT, _anything(rng)])
    return message if rng.random() < 0.7 else {"received_at": rng.choice([AT, _anything(rng)]), "payload": message}


def _rows(rng: random.Random) -> dict[str, object]:
    return {rng.choice([*rng.choices(KEYS, k=8), "x.y", "\ud800", ""]): _row(rng) for _ in range(rng.randrange(5))}


def _row(rng: random.Random) -> object:
    row: dict[str, object] = {"value": _anything(rng)}
    if rng.random() < 0.9:
        row["timestamp"] = rng.choice([AT, AT, AT, _anything(rng)])
    if rng.random() < 0.5:
        row["unit"] = rng.choice(["km", "miles", "percent", "-", None, _anything(rng)])
    return row if rng.random() < 0.95 else _anything(rng)


def _item(rng: random.Random) -> object:
    names = ("date", "description", "id", "messageType", "status", "text", "title", "unitOfLengthRemaining")
    item = {name: rng.choice(["CBS", "CCM", "2027-01", "2100", "-", _anything(rng)]) for name in names}
    return item if rng.random() < 0.95 else _anything(rng)


def _anything(rng: random.Random, depth: int = 0) -> object:
    if depth < DEEPEST and rng.random() < 0.2:
        inner = [_anything(rng, depth + 1) for _ in range(rng.randrange(3))]
        return inner if rng.random() < 0.5 else {rng.choice(TOKENS): item for item in inner}
    return rng.choice(
        [
            rng.choice([None, True, False]),
            rng.randint(-(2 ** rng.randrange(1, 70)), 2 ** rng.randrange(1, 70)),
            rng.choice([0.1, -0.0, 1e308, float("nan"), float("inf"), rng.uniform(-1e6, 1e6)]),
            rng.choice(TOKENS),
            str(rng.uniform(-1e4, 1e4)),
            rng.choice([CBS, DTC, *TIMES]),
            "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(6))),
        ]
    )
