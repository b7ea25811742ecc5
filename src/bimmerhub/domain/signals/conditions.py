"""What the car wants done: condition based services, Check Control messages, fault codes, out of embedded documents.

Three descriptors hold a document in their text (observed by clients 2025-2026): `vehicle.status.conditionBasedServices`
and `vehicle.status.checkControlMessages` a JSON array whose members may be null, "null" or "-" for "not reported", and
`vehicle.electronicControlUnit.diagnosticTroubleCodes.raw` an XML list. Each reader returns records or raises
MalformedPayload, nothing else. The texts in them are in the language of the owner's account.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from xml.parsers import expat

from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.vendor_times import vendor_date
from bimmerhub.errors import MalformedPayload

CONDITIONS: Final = "vehicle.status.conditionBasedServices"
CHECK_CONTROL: Final = "vehicle.status.checkControlMessages"
TROUBLE_CODES: Final = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"

LONGEST_TEXT: Final = 1 << 20
_MOST_DIGITS: Final = 9
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCondition:
    """One service item. None is "not reported".

    `id` is BMW's (1 oil, 2 front brake, 3 brake fluid, 32 inspection, 100 vehicle check); `status` OK or PENDING;
    `due_on` the first day of the month it is due. `remaining_distance` is in the unit that the car displays, km or
    miles: BMW does not say which.
    """

    id: int | None
    title: str | None
    description: str | None
    status: str | None
    due_on: date | None
    remaining_distance: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckControlMessage:
    """One message of the car's Check Control, such as a warning light. None is "not reported"."""

    id: int | None
    title: str | None
    description: str | None
    text: str | None
    status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleCode:
    """One entry of the fault memory: the code, and the hexadecimal address of the control unit that stored it."""

    code: str
    ecu_address: str | None


def read_conditions(text: str) -> tuple[ServiceCondition, ...]:
    """Return the service items in the order of the document; items that say they are something else are left out.

    A member that cannot be read is None, so that its neighbours live; a document without any that can is refused.
    """
    items = _items(text, "CBS")
    conditions = tuple(
        ServiceCondition(
            id=item.read("id", _whole_number),
            title=item.read("title", _words),
            description=item.read("description", _words),
            status=_upper(item.read("status", _words)),
            due_on=item.read("date", _date),
            remaining_distance=item.read("unitOfLengthRemaining", _whole_number),
        )
        for item in items
        if item.members
    )
    _refuse_when_none_tells(items)
    return conditions


def read_check_control(text: str) -> tuple[CheckControlMessage, ...]:
    """Return the Check Control messages in the order of the document, likewise; other items are left out."""
    items = _items(text, "CCM")
    messages = tuple(
        CheckControlMessage(
            id=item.read("id", _whole_number),
            title=item.read("title", _words),
            description=item.read("description", _words),
            text=item.read("text", _words),
            status=_upper(item.read("status", _words)),
        )
        for item in items
        if item.members
    )
    _refuse_when_none_tells(items)
    return messages


def read_trouble_codes(text: str) -> tuple[TroubleCode, ...]:
    """Return the entries that are there; the document's own count (`dtcCount`) is another number.

    A document type is refused, and with it every entity that could be defined: nothing is fetched or expanded.
    """
    reader = _TroubleCodeReader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.take
    try:
        parser.Parse(_checked(text).encode(), True)  # noqa: FBT003 - expat knows it by position only
    except expat.ExpatError as error:
        raise MalformedPayload(f"not XML: {expat.ErrorString(error.code)}") from error
    if not reader.is_list:
        raise MalformedPayload("not a list of fault codes")
    return tuple(reader.codes)


class _TroubleCodeReader:
    """Collects `dtc` elements; `is_list` once the root was a `dtcData`."""

    def __init__(self) -> None:
        self.is_list = False
        self.codes: list[TroubleCode] = []
        self._depth = 0
        self._address: str | None = None
        self._text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.is_list = name == "dtcData"
        elif name == "dtc":
            self._address, self._text = _words(attributes.get("ecuAddress")), []

    def take(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        self._depth -= 1
        if name == "dtc" and self._text is not None:
            code, self._text = _words("".join(self._text)), None
            if code is not None:
                self.codes.append(TroubleCode(code=code, ecu_address=self._address))


def _refuse_doctype(*_: object) -> None:
    raise MalformedPayload("XML with a document type")


class _Item:
    """One object of a document: what its members say, and whether one of them could not be read."""

    def __init__(self, members: object) -> None:
        self.members: dict[str, object] = members if isinstance(members, dict) else {}
        self.error = None if isinstance(members, dict) else MalformedPayload("an item that is no object")
        self.tells = False

    def read(self, name: str, read: Callable[[object], _T | None]) -> _T | None:
        """Return what a member says; None when it is missing, says nothing or cannot be read."""
        try:
            value = read(self.members.get(name))
        except MalformedPayload as error:
            self.error = error
            return None
        self.tells |= value is not None
        return value


def _refuse_when_none_tells(items: Iterable[_Item]) -> None:
    """Raise MalformedPayload when there was something to read, and nothing could be."""
    errors = [item.error for item in items if item.error is not None]
    if errors and not any(item.tells for item in items):
        raise errors[0]


def _items(text: str, wanted: str) -> list[_Item]:
    """Return the objects of a JSON array whose messageType is `wanted` or missing; no document is an empty array."""
    stripped = _checked(text).strip()
    if is_no_value(stripped):
        return []
    try:
        document: object = json.loads(stripped)
    except RecursionError as error:
        raise MalformedPayload("nested too deep") from error
    except ValueError as error:
        raise MalformedPayload(f"not JSON: {str(error)[:60]}") from error
    if not isinstance(document, list):
        raise MalformedPayload("not a JSON array")
    items = [_Item(members) for members in document]
    return [item for item in items if _upper(_message_type(item)) in {None, wanted}]


def _message_type(item: _Item) -> str | None:
    try:
        return _words(item.members.get("messageType"))
    except MalformedPayload as error:
        item.error = error
        return None


def _upper(word: str | None) -> str | None:
    return None if word is None else word.upper()


def _checked(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise MalformedPayload("a document that is too long")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MalformedPayload("text that is not Unicode") from error
    return text


def _words(value: object) -> str | None:
    """Return the text; None for a spelling of "nothing". MalformedPayload for what is no text."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise MalformedPayload(f"a {type(value).__name__} where a text belongs")
    stripped = _checked(value).strip()
    return None if is_no_value(stripped) else stripped


def _whole_number(value: object) -> int | None:
    """Return a number, native or as text; None when there is none or the text is no number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**_MOST_DIGITS else None
    if value is None or isinstance(value, str):
        text = _words(value) or ""
        is_number = text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS
        return int(text) if is_number else None
    raise MalformedPayload(f"a {type(value).__name__} where a number belongs")


def _date(value: object) -> date | None:
    text = _words(value)
    return None if text is None else vendor_date(text)
