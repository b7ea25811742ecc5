"""How the value and the unit of a row are read, by what the catalogue says of its descriptor. Pure.

In: the key of a row and the unit beside it. Out: a `RowPlan`, made once and used for every row like it.
What becomes of a value, by the catalogue's datatype of its descriptor:
number: native or written as text (REST writes every value as text), converted to the canonical unit; without a unit
where that depends on how the car is set, as it came, in unit `?` (see `domain.sent_units`);
bool: native, "true"/"false", 1/0 or one of the descriptor's own words; any other word stays text;
text: as it came; and so do descriptors that the catalogue does not know, but for a number written as text beside a unit
(the stream tells it as a number, and one event told by both is one reading). Without a unit it can be a postal code.
The words of `domain.no_value` mean that the car has no value.
Sources: shapes and words as observed on stream and REST by several clients, 2025-2026.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from bimmerhub.bmw.answers.field_values import canonical_number, is_unicode
from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.reading import Value
from bimmerhub.domain.sent_units import UNKNOWN_UNIT, varies
from bimmerhub.domain.units import convert, normalise_unit
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

LONGEST_DESCRIPTOR = (
    200  # about twice the longest in the catalogue; a descriptor becomes a series for ever, junk must not
)
_LONGEST_UNIT = 40
_LONGEST_TEXT = 1 << 20
_LONGEST_UNCLEAR = 80
_LONGEST_INTEGER = 40  # 64 bits need 20; Python itself refuses to parse some thousands
_NUMBER = re.compile(r"[+-]?(?:\d+(\.\d*)?|(\.\d+))([eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER_AND_UNIT = re.compile(r"\s*([+-]?[\d.]+)\s*([^\d\s.].*)", re.ASCII)

_MISTAKEN: dict[tuple[str | None, str | None], str] = {
    ("m", "min"): "min",  # a customer archive of 2019 writes minutes so
    ("deg", "°C"): "°C",  # degrees are of temperature where the catalogue says so
}
"""By the unit of a row and the catalogue's: what the row means by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """How rows of one descriptor that come in one unit are read: `read` gives the value in `unit`.

    `unit_of_none` is the unit of a reading without value.
    """

    descriptor: Descriptor
    unit: str | None
    unit_of_none: str | None
    read: Callable[[Value], Value]


@lru_cache(maxsize=4096)
def plan_row(text: str, unit_text: str | None) -> RowPlan:
    """Return how to read the rows with this key and this unit; MalformedPayload when either cannot be one."""
    unit = None if unit_text is None else _spell_unit(unit_text)
    descriptor = Descriptor(text)
    entry = load_catalogue().get(descriptor)
    if entry is not None:
        read = _reader(entry)
        if unit is None and varies(descriptor):
            return RowPlan(descriptor=descriptor, unit=UNKNOWN_UNIT, unit_of_none=entry.unit, read=read)
        unit = _MISTAKEN.get((unit, entry.unit), unit)
        if unit not in {None, entry.unit}:
            read = _converting(read, str(unit), entry.unit)
        return RowPlan(descriptor=descriptor, unit=entry.unit, unit_of_none=entry.unit, read=read)
    if not 0 < len(text) <= LONGEST_DESCRIPTOR or not text.isprintable():
        raise MalformedPayload("not a descriptor")
    read = _read_as_it_came if unit is None else _read_measured
    return RowPlan(descriptor=descriptor, unit=unit, unit_of_none=unit, read=read)


def unclear_value(descriptor: Descriptor, raw: Value, unit_text: str | None) -> Value:
    """Return what a refused row says, as `domain.unclear` takes it: of a number its text, of a yes or no the number.

    None when nothing can be said of it.
    """
    entry = load_catalogue().get(descriptor)
    if entry is None or raw is None or entry.datatype == "text":
        return None
    if entry.datatype == "bool":
        return _unclear_number(raw)
    text = ("true" if raw else "false") if isinstance(raw, bool) else str(raw)
    words = text if unit_text is None or isinstance(raw, str) else f"{text} {unit_text}"
    return words[:_LONGEST_UNCLEAR] if "\0" not in words and is_unicode(words) else None


def _unclear_number(raw: Value) -> int | float | None:
    try:
        number = _read_number(raw)
    except MalformedPayload:
        return None
    return None if isinstance(number, str) else number


def _converting(read: Callable[[Value], Value], unit: str, canonical: str | None) -> Callable[[Value], Value]:
    return lambda raw: _in_canonical_unit(read(raw), unit, canonical)


def _reader(entry: CatalogueEntry) -> Callable[[Value], Value]:
    match entry.datatype:
        case "number":
            unit = entry.unit
            if unit is None or varies(entry.key):
                return _read_number
            return lambda raw: _read_number(_without_unit(raw, unit))
        case "bool":
            words = _bool_words(entry)
            return lambda raw: _read_bool(raw, words)
        case "text":
            words_of_its_own = frozenset(word.upper() for word in entry.values)
            return lambda raw: _read_text(raw, words_of_its_own)


def _bool_words(entry: CatalogueEntry) -> dict[str, bool]:
    """Return what each word of a yes or no means: the catalogue's, and what stands for true and false everywhere."""
    true_words = entry.true_words | {"1", "1.0", "ISTRUE"} | ({"OPENED"} if "OPEN" in entry.true_words else set())
    return dict.fromkeys(true_words, True) | dict.fromkeys(entry.false_words | {"0", "0.0", "ISFALSE"}, False)


def _without_unit(raw: Value, unit: str) -> Value:
    """Return a number that is text without the unit behind it (`67 %`, `12.4 V`) where that is the catalogue's.

    With another one it is no number; nor where the unit depends on how the car is set, for a text is no place for it.
    """
    match = _NUMBER_AND_UNIT.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return raw
    behind = normalise_unit(match[2])
    return match[1] if _MISTAKEN.get((behind, unit), behind) == unit else raw


def _spell_unit(text: str) -> str | None:
    if len(text) > _LONGEST_UNIT or not text.isprintable():
        raise MalformedPayload("not a unit")
    return normalise_unit(text)


def says_no_value(raw: Value) -> bool:
    """Tell whether a value says that the car has none, whatever the descriptor."""
    return raw is None or (isinstance(raw, str) and is_no_value(raw))


def _read_number(raw: Value) -> Value:
    if isinstance(raw, bool):
        raise MalformedPayload("a bool where the catalogue says number")
    if isinstance(raw, str):
        return None if says_no_value(raw) else canonical_number(_parse_number(raw.strip()))
    return None if raw is None else canonical_number(raw)


def _parse_number(text: str) -> int | float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise MalformedPayload(f"not a number: {text[:40]!r}")
    if any(match.groups()):
        return float(text)
    if len(text) > _LONGEST_INTEGER:
        raise MalformedPayload("an integer beyond 64 bits")
    return int(text)


def _read_bool(raw: Value, words: dict[str, bool]) -> Value:
    """Return the bool that a word stands for; any other word stays text.

    Any word may come (observed by clients 2025-2026: INTERMEDIATE for a trunk), but a number has no place here.
    """
    if raw is None or isinstance(raw, bool):
        return raw
    word = _read_text(raw, words)
    if word is None:
        return None
    spelt = word.strip().upper()
    meaning = words.get(spelt, words.get(spelt.removeprefix("ASN_")))
    if meaning is None and _NUMBER.fullmatch(word.strip()):
        raise MalformedPayload(f"a number where the catalogue says bool: {word[:40]!r}")
    return word.strip() if meaning is None else meaning


def _read_text(raw: Value, words: Collection[str] = ()) -> str | None:
    if isinstance(raw, str):
        if len(raw) > _LONGEST_TEXT:
            raise MalformedPayload(f"a text of {len(raw):,} characters")
        if "\0" in raw or not is_unicode(raw):
            raise MalformedPayload("text that is not Unicode, or holds a NUL")
        return None if is_no_value(raw, words) else raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if raw is None:
        return None
    canonical_number(raw)  # refuses what no number may be; the text stays as JSON, and so REST, writes it
    return str(raw)


def _read_as_it_came(raw: Value) -> Value:
    if raw is None or isinstance(raw, bool):
        return raw
    return _read_text(raw) if isinstance(raw, str) else canonical_number(raw)


def _read_measured(raw: Value) -> Value:
    """Return what came beside a unit: a number that is written as text as the number."""
    value = _read_as_it_came(raw)
    if not isinstance(value, str):
        return value
    try:
        return canonical_number(_parse_number(value.strip()))
    except MalformedPayload:
        return value


def _in_canonical_unit(value: Value, unit: str, canonical: str | None) -> Value:
    if canonical is None or not isinstance(value, int | float) or isinstance(value, bool):
        return value
    try:
        return canonical_number(convert(value, unit, canonical))
    except ValueError as error:
        raise MalformedPayload(f"unit {unit!r} where the catalogue says {canonical}") from error
