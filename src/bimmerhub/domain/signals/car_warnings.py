"""When the car's warnings came, went, and came back: Check Control messages and fault codes.

BMW sends lists of what is there at a time (`signals.conditions`), with no word on when it began. So a warning is first
seen in the first list that holds it, gone with the first that does not, and back with the next that does. It follows
from all lists that are stored, in the order of their times. Where several of BMW's interfaces tell of a car, each one's
lists count for themselves: they name one message by other ids, and one that has fallen silent takes back nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.conditions import CHECK_CONTROL, TROUBLE_CODES, read_check_control, read_trouble_codes
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

WARNINGS: Final = (
    Descriptor(CHECK_CONTROL),
    Descriptor(TROUBLE_CODES),
    *family_descriptors("check_control_messages"),
)
"""The descriptors that hold them: CarData's, and the older families', which have no fault codes."""

WarningKind = Literal["check_control", "fault_code"]

_Key = tuple[Descriptor, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningLife:
    """One warning over its life. Times are milliseconds UTC of the lists that told it.

    `code` is BMW's id of the Check Control message, or the fault code; `title` and `text` are in the language of the
    owner's account, as last told. `gone_at_ms` is None while it is there; `came_back_at_ms` is the last time it did,
    None when it never went. `times` counts how often it came.
    """

    kind: WarningKind
    code: str
    title: str | None
    text: str | None
    ecu_address: str | None
    first_seen_at_ms: int
    last_seen_at_ms: int
    came_back_at_ms: int | None
    gone_at_ms: int | None
    times: int


def derive_warnings(lists: Iterable[tuple[Descriptor, int, Value]]) -> list[WarningLife]:
    """Return every warning that the lists (descriptor, milliseconds UTC, value) told, those that are there first.

    The lists are in the order of their times. One that cannot be read says nothing. "No value" of CarData's Check
    Control messages is the empty list, of others it is no news. Within the two halves the newest comes first.
    """
    warnings: dict[_Key, WarningLife] = {}
    for descriptor, at_ms, value in lists:
        present = _read_list(descriptor, at_ms, value)
        if present is None:
            continue
        for key, warning in warnings.items():
            if key[0] == descriptor and key not in present and warning.gone_at_ms is None:
                warnings[key] = replace(warning, gone_at_ms=at_ms)
        for key, warning in present.items():
            warnings[key] = _seen_again(warnings.get(key), warning)
    return sorted(
        warnings.values(),
        key=lambda warning: (warning.gone_at_ms is not None, -warning.last_seen_at_ms, warning.kind, warning.code),
    )


def _seen_again(before: WarningLife | None, warning: WarningLife) -> WarningLife:
    if before is None:
        return warning
    is_back = before.gone_at_ms is not None
    return replace(
        warning,
        first_seen_at_ms=before.first_seen_at_ms,
        came_back_at_ms=warning.first_seen_at_ms if is_back else before.came_back_at_ms,
        times=before.times + is_back,
    )


def _read_list(descriptor: Descriptor, at_ms: int, value: Value) -> Mapping[_Key, WarningLife] | None:
    """Return the warnings of one list, as if first seen in it; None when it says nothing."""
    if value is None:
        return {} if descriptor == CHECK_CONTROL else None
    try:
        if descriptor != TROUBLE_CODES:
            messages = [
                (str(message.id) if message.id is not None else message.title or message.text or "", message)
                for message in read_check_control(str(value))
            ]
            return {
                (descriptor, code): _new("check_control", code, at_ms, title=message.title, text=message.text)
                for code, message in messages
            }
        return {
            (descriptor, f"{code.ecu_address or ''}/{code.code}"): _new(
                "fault_code", code.code, at_ms, ecu_address=code.ecu_address
            )
            for code in read_trouble_codes(str(value))
        }
    except MalformedPayload:
        return None


def _new(
    kind: WarningKind,
    code: str,
    at_ms: int,
    *,
    title: str | None = None,
    text: str | None = None,
    ecu_address: str | None = None,
) -> WarningLife:
    return WarningLife(
        kind=kind,
        code=code,
        title=title,
        text=text,
        ecu_address=ecu_address,
        first_seen_at_ms=at_ms,
        last_seen_at_ms=at_ms,
        came_back_at_ms=None,
        gone_at_ms=None,
        times=1,
    )
