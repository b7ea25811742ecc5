"""What faults make of positions. Latitude and longitude are messages of their own; a pair is changed together."""

from collections.abc import Mapping
from dataclasses import replace

from bimmerhub.emulator.cardata.stream.stream_memory import Change, StreamMemory
from bimmerhub.emulator.cardata.voice.keys import LATITUDE, LONGITUDE
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.times import SECOND_MS

FAR_DEGREES = 198 / 111.2  # kilometres of a degree of latitude
NULL_ISLAND: Mapping[str, float] = {LATITUDE: 0.0, LONGITUDE: 0.0}
GREENWICH: Mapping[str, float] = {LATITUDE: 51.4779, LONGITUDE: 0.0}


def _far_away(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != LATITUDE or not isinstance(message.value, (int, float)):
        return message
    if not memory.strikes("far-position", message):
        return message
    return replace(message, value=round(message.value + FAR_DEGREES, 6))


def _at(name: str, place: Mapping[str, float]) -> Change:
    """Return a change that puts a share of positions to another place, the longitude as its latitude was."""

    def change(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
        if message.descriptor not in place:
            return message
        if message.descriptor == LATITUDE:
            is_struck = memory.strikes(name, message)
            (memory.misplaced.add if is_struck else memory.misplaced.discard)((name, message.vin))
        is_misplaced = (name, message.vin) in memory.misplaced
        return replace(message, value=place[message.descriptor]) if is_misplaced else message

    return change


def _apart(memory: StreamMemory, message: StreamMessage) -> StreamMessage | None:
    """Let latitude and longitude pass in turns, so many seconds apart; drop the others."""
    if message.descriptor not in {LATITUDE, LONGITUDE}:
        return message
    least_ms = (memory.faults.value("halves-apart", at_ms=message.sent_at_ms) or 0.0) * SECOND_MS
    descriptor, measured_at_ms = memory.half_ms.get(message.vin, ("", 0))
    if descriptor == message.descriptor or message.measured_at_ms - measured_at_ms < least_ms:
        return None
    memory.half_ms[message.vin] = message.descriptor, message.measured_at_ms
    return message


POSITION_CHANGES: Mapping[str, Change] = {
    "halves-apart": _apart,
    "far-position": _far_away,
    "null-island": _at("null-island", NULL_ISLAND),
    "greenwich": _at("greenwich", GREENWICH),
}
"""By the name of the fault, in the order in which they act."""
