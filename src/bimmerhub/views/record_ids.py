"""The ids of trips and charging sessions: the vehicle's key and the second of the start, as `abcdefgh-t0x2k1`.

A record that is derived anew may begin a little earlier or later, or be part of another one. So whoever asks with an id
that is gone is answered with the record that covers its instant now.
"""

from typing import Final, NamedTuple

from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin
from bimmerhub.times import SECOND_MS
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.viewer import no_such_vehicle

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_SECOND: Final = 8
"""Digits to the base 36: the year 9999 has seven."""


NO_KEY: Final = "unknown"


class RecordId(NamedTuple):
    """Which record is meant: of the vehicle with that key the one that starts, or covers, that second."""

    vehicle_key: str
    start_at_ms: int


def find_record_key(vehicles: VehicleStates, vin: Vin) -> str:
    """Return the key of a vehicle in the ids of its records; one has none before it is stored."""
    for vehicle in vehicles.vehicles():
        if vehicle.vin == vin:
            return (vehicle.key or NO_KEY).lower()
    raise no_such_vehicle(vin)


def format_record_id(vehicle_key: str, start_at_ms: int) -> str:
    """Return the id of a record, by its start in milliseconds UTC."""
    second, digits = max(0, start_at_ms // SECOND_MS), ""
    while second or not digits:
        second, digit = divmod(second, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"{vehicle_key}-{digits}"


def parse_record_id(text: str) -> RecordId:
    """Return what an id means; NotFound for what is none."""
    vehicle_key, _, second = text.strip().lower().rpartition("-")
    if not vehicle_key or not 0 < len(second) <= _LONGEST_SECOND or set(second) - set(_DIGITS):
        raise NotFound("that is no id of a record", hint="An id looks like abcdefgh-t0x2k1; the list shows each.")
    return RecordId(vehicle_key=vehicle_key, start_at_ms=int(second, len(_DIGITS)) * SECOND_MS)
