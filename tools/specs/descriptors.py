"""JSON Schema of what each of CarData's 295 descriptors can hold: unit, range, words, drivetrains, by the catalogue."""

from typing import Any, Final

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.plausibility.limits import load_limits
from bimmerhub.specs.reader import ADDRESS
from tools.specs.json_schemas import DIALECT
from tools.specs.notation import Schema

DESCRIPTORS_PATH: Final = "schemas/cardata/descriptors.json"
_DESCRIPTION: Final = """Values by descriptor, as the stream sends them; telematicData writes them all as texts.

A number lies in the range that the quantity can have at all, in `x-unit`; a car may tell kilometres in miles. A word
of a closed list is one that cars send or that BMW lists. Null: the car has no value. Sources: BMW's telematics
catalogue of 2025 and 2026, and what clients observed."""

_MIXED_CASE: Final = {"ASN_ISTRUE": "ASN_isTrue", "ASN_ISFALSE": "ASN_isFalse"}
"""As BMW's catalogue writes them; MINIs were seen to send words in lower case (clients 2025-2026)."""
_NO_VALUE_WORDS: Final = ("-NA-", "INVALID", "UNKNOWN", "ASN_isUnknown")
"""What stands in place of a word when a car has no value (clients 2025-2026)."""


def build_descriptors() -> Schema:
    """Return the schema: an object with a property for each descriptor."""
    return {
        "$schema": DIALECT,
        "$id": f"{ADDRESS}/spec/{DESCRIPTORS_PATH}",
        "title": "Descriptors of BMW CarData",
        "description": _DESCRIPTION,
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _describe(entry) for key, entry in load_catalogue().items()},
    }


def _describe(entry: CatalogueEntry) -> Schema:
    marks: dict[str, Any] = {
        "x-title-de": entry.title_de,
        "x-unit": entry.unit,
        "x-datatype": entry.datatype,
        "x-vendor-datatype": entry.vendor_datatype,
        "x-category": entry.category,
        "x-drivetrains": list(entry.drivetrains),
        "x-streamable": entry.streamable,
        "x-endpoint": entry.endpoint,
        "x-note": entry.note,
        "deprecated": entry.retired or None,
    }
    return {"title": entry.title, **_value(entry), **{name: mark for name, mark in marks.items() if mark is not None}}


def _value(entry: CatalogueEntry) -> Schema:
    match entry.datatype:
        case "number":
            limits = load_limits().get(entry.key)
            ends = {} if limits is None else {"minimum": limits.low, "maximum": limits.high}
            return {"type": ["number", "null"], **ends}
        case "bool":
            words = entry.true_words | entry.false_words
            forms = {form for word in words for form in (word, word.lower(), _MIXED_CASE.get(word, word))}
            return {"enum": [True, False, None, *sorted(forms)]}
        case "text":
            words_of_list = [*entry.values, *entry.listed_values]
            if not words_of_list:
                return {"type": ["string", "null"]}
            return {"enum": [*dict.fromkeys([*words_of_list, *_NO_VALUE_WORDS]), None]}
