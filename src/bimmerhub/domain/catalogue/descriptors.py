"""The catalogue: what BMW CarData can send, one entry for each of its 295 descriptors.

The facts come from BMW's published telematics catalogue (lists of 2025 and 2026 united, 295 keys); titles are our
own. BMW's misspelt keys (`vehicle.sevice.preferredSevicePartner`) are kept, because the API knows no others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, NotRequired, TypedDict

from bimmerhub.ids import Descriptor

Datatype = Literal["number", "bool", "text"]

Category = Literal[
    "BASIC_DATA",
    "BEV_PHEV_DATA",
    "CD_CONTRACT",
    "EVENTS",
    "META_DATA",
    "TYRE_DATA",
    "USAGE_BASED",
    "VEHICLE_STATUS",
    "OTHER",
]
"""BMW's own grouping; OTHER is a group that was not there when this was written."""

Drivetrain = Literal["BEV", "ICE", "MHEV", "PHEV"]

Language = Literal["en", "de"]
"""The languages that titles exist in."""

Endpoint = Literal[
    "telematicData",
    "basicData",
    "chargingHistory",
    "image",
    "locationBasedChargingSettings",
    "smartMaintenanceTyreDiagnosis",
    "archive",
]
"""Where REST gives the value: a resource of a vehicle by BMW's own name, or `archive`: the customer archive only.

A container may hold keys of other resources than telematicData, but nothing comes back for them. Source: BMW's guide.
"""


class CatalogueRow(TypedDict):
    """One object of the data file; a test checks that the file holds to it, so that no start has to."""

    key: str
    title: str
    title_de: str
    category: Category
    datatype: Datatype
    vendor_datatype: str | None
    unit: str | None
    values: list[str]
    true_words: NotRequired[list[str]]
    false_words: NotRequired[list[str]]
    streamable: bool
    endpoint: Endpoint
    drivetrains: list[Drivetrain]
    listed_values: NotRequired[list[str]]
    note: NotRequired[str]
    retired: NotRequired[bool]


_TRUE_EVERYWHERE = frozenset({"TRUE", "ASN_ISTRUE", "ON", "YES", "ACTIVE"})
_FALSE_EVERYWHERE = frozenset({"FALSE", "ASN_ISFALSE", "OFF", "NO", "INACTIVE", "NOT_ACTIVE"})

_WORDS_BY_ENDING: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "isOpen": (frozenset({"OPEN"}), frozenset({"CLOSED"})),
    "isLocked": (frozenset({"LOCKED", "SECURED"}), frozenset({"UNLOCKED"})),
    "isPlugged": (frozenset({"CONNECTED", "PLUGGED"}), frozenset({"DISCONNECTED", "UNPLUGGED"})),
    "isMobilePhoneConnected": (frozenset({"CONNECTED"}), frozenset({"DISCONNECTED"})),
}
"""What a boolean of that name may be written as, true and false: cars were seen to send words where the catalogue
promises true or false, and MINIs in lower case (observed by clients 2025-2026)."""

_NO_WORDS: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """What is known of one descriptor.

    `title` is English, `title_de` German; both are our own words. `unit` is canonical (`domain.units`) and the one in
    which readings are stored; None for none. `vendor_datatype` is BMW's word, None where BMW names none. `values` are
    the words of a closed list, "no value" spellings left out; empty when open. `true_words` and `false_words`
    (upper-case; empty unless `datatype` is "bool") are what a boolean may be written as; other words occur too, e.g.
    INTERMEDIATE for a trunk. `streamable` says whether BMW lets the key be ticked for the stream. `retired` keys are
    refused by newer versions of the API (observed by clients 2025-2026: CU-402). `listed_values` are words
    that BMW lists although cars do not send them. `note` tells where BMW's description and the cars disagree.
    """

    key: Descriptor
    title: str
    title_de: str
    category: Category
    datatype: Datatype
    vendor_datatype: str | None
    unit: str | None
    values: tuple[str, ...]
    true_words: frozenset[str]
    false_words: frozenset[str]
    streamable: bool
    endpoint: Endpoint
    drivetrains: tuple[Drivetrain, ...]
    listed_values: tuple[str, ...]
    note: str | None
    retired: bool

    def title_in(self, language: Language) -> str:
        """Return the title in a language."""
        return self.title_de if language == "de" else self.title


class Catalogue(Mapping[Descriptor, CatalogueEntry]):
    """Entries by key, in alphabetical order of the keys; never changed. A key that is not in it raises KeyError."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[CatalogueEntry]) -> None:
        self._entries = {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}

    def __getitem__(self, key: Descriptor) -> CatalogueEntry:
        return self._entries[key]

    def __iter__(self) -> Iterator[Descriptor]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def with_added(self, entries: Iterable[CatalogueEntry]) -> "Catalogue":
        """Return a catalogue that has these entries too; of a key that is here already the entry here stays."""
        return Catalogue([*(entry for entry in entries if entry.key not in self), *self.values()])


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue of this release, read from the package's data file once per process (a few milliseconds).

    What is stored is read off the wire by this one alone, so that no value depends on what a person added and when.
    """
    text = resources.files(__package__).joinpath("cardata.json").read_text(encoding="utf-8")
    rows: list[CatalogueRow] = json.loads(text)
    return Catalogue(map(parse_entry, rows))


def parse_entry(row: CatalogueRow) -> CatalogueEntry:
    """Return the entry of a row."""
    is_bool = row["datatype"] == "bool"
    by_ending = _WORDS_BY_ENDING.get(row["key"].rpartition(".")[2], _NO_WORDS)
    return CatalogueEntry(
        key=Descriptor(row["key"]),
        title=row["title"],
        title_de=row["title_de"],
        category=row["category"],
        datatype=row["datatype"],
        vendor_datatype=row["vendor_datatype"],
        unit=row["unit"],
        values=tuple(row["values"]),
        true_words=_upper(row.get("true_words", [])) | _TRUE_EVERYWHERE | by_ending[0] if is_bool else frozenset(),
        false_words=_upper(row.get("false_words", [])) | _FALSE_EVERYWHERE | by_ending[1] if is_bool else frozenset(),
        streamable=row["streamable"],
        endpoint=row["endpoint"],
        drivetrains=tuple(row["drivetrains"]),
        listed_values=tuple(row.get("listed_values", ())),
        note=row.get("note"),
        retired=row.get("retired", False),
    )


def _upper(words: list[str]) -> frozenset[str]:
    return frozenset(word.upper() for word in words)
