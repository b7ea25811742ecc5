"""What the older families answer: each decoder of a family gives a value or MalformedPayload, whatever it reads.

What is refused becomes an error of ours whose words fit on one line.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Final

from bimmerhub.bmw.answers import cockpit_answers, cockpit_dynamic
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.car_commands import charging_profile
from bimmerhub.bmw.cardata import refusals as cardata_refusals
from bimmerhub.bmw.connecteddrive import refusals as connecteddrive_refusals
from bimmerhub.bmw.connecteddrive import state_readings, wire
from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.inventory import refusals as inventory_refusals
from bimmerhub.bmw.inventory import wire as inventory_wire
from bimmerhub.bmw.iremote import refusals as iremote_refusals
from bimmerhub.bmw.iremote import wire as iremote_wire
from bimmerhub.bmw.mybmw import refusals as mybmw_refusals
from bimmerhub.bmw.mybmw import wire as mybmw_wire
from bimmerhub.bmw.mygarage import refusals as mygarage_refusals
from bimmerhub.bmw.mygarage import wire as mygarage_wire
from bimmerhub.errors import BimmerhubError, MalformedPayload
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.readings.values import decode_value, encode_value

VIN: Final = Vin("WBY00000000E00001")
STAMP: Final = AnswerStamp(vin=VIN, received_at_ms=1_785_155_878_000)
STATUSES: Final = (400, 401, 403, 404, 429, 500, 503)

Decode = Callable[[bytes], object]


def _decoders(*modules: ModuleType) -> Iterator[Decode]:
    """Yield each decoder of these modules as a function of the body."""
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("decode_") or function.__module__ != module.__name__:
                continue
            needed = {"stamp": STAMP, "vin": VIN}
            names = set(inspect.signature(function).parameters) & needed.keys()
            yield partial(function, **{name: needed[name] for name in names})
            if "is_gcj" in inspect.signature(function).parameters:
                yield partial(function, is_gcj=True, **{name: needed[name] for name in names})


def _read(body: bytes, *, decoders: tuple[Decode, ...], refusals: ModuleType) -> None:
    for decode in decoders:
        try:
            value = decode(body)
        except MalformedPayload as error:
            _check_words(error)
            continue
        if isinstance(value, FieldReadings):
            _check_readings(value)
    for status in STATUSES:
        answer = Answer(status=status, body=body)
        refusals.is_token_refused(answer)
        at = {"at_ms": STAMP.at_ms} if "at_ms" in inspect.signature(refusals.to_error).parameters else {}
        _check_words(refusals.to_error(answer, operation="fuzz", **at))


def _check_words(error: object) -> None:
    if not isinstance(error, BimmerhubError):
        raise TypeError(f"{error!r} is none of our errors")
    if not f"{error}{error.hint or ''}".isprintable():
        raise AssertionError(f"not one line: {str(error)!r}")


def _check_readings(answer: FieldReadings) -> None:
    for reading in answer.readings:
        stored = decode_value(encode_value(reading.value))
        if stored != reading.value or type(stored) is not type(reading.value):
            raise AssertionError(f"{reading.value!r} would be stored as {stored!r}")
        f"{reading.descriptor}{reading.unit}".encode()
        reading.measured_at.isoformat()


def _profile(body: bytes) -> None:
    try:
        charging_profile.encode_charging_profile(charging_profile.read_charging_profile(body))
    except BimmerhubError as error:  # what is read may be nothing to send back: ConfigError
        _check_words(error)


_FAMILIES: Final[dict[str, tuple[ModuleType, tuple[Decode, ...]]]] = {
    "cardata": (cardata_refusals, ()),
    "iremote": (iremote_refusals, tuple(_decoders(iremote_wire, cockpit_answers))),
    "connecteddrive": (
        connecteddrive_refusals,
        (*_decoders(wire, state_readings, cockpit_answers, cockpit_dynamic), _profile),
    ),
    "mybmw": (mybmw_refusals, tuple(_decoders(mybmw_wire))),
    "mygarage": (mygarage_refusals, tuple(_decoders(mygarage_wire))),
    "inventory": (inventory_refusals, tuple(_decoders(inventory_wire))),
}


def reader(family: str) -> Callable[[bytes], None]:
    """Return what reads an answer of a family in each way that there is."""
    refusals, decoders = _FAMILIES[family]
    return partial(_read, decoders=decoders, refusals=refusals)


FAMILIES: Final = tuple(_FAMILIES)
