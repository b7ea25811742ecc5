"""Why a charge started late, ran slow or stopped, in a person's words: from BMW's reason words and limits.

In: the record, and the readings of `REASON_DESCRIPTORS` around it. Out: notes, each with the reading that it rests on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bimmerhub.domain.charging_sessions.session_evidence import REASONS
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS, spell_duration

LATE_FROM_MS: Final = 10 * MINUTE_MS
"""A charge begins within a minute of the plug, where nothing holds it back."""
SLOW_BELOW: Final = 0.8
"""Of the most that the car itself ever took from AC: chargers, cables and fuses differ, and so do cars (a plug-in
hybrid takes 3.7 kW wherever it is)."""
AMPERES: Final = 16
"""Of a phase, at which BMW's on-board chargers end (11 kW of three phases)."""

_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging"
_BATTERY: Final = "vehicle.powertrain.electric.battery"
NoteKind = Literal["late", "slow", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonReading:
    """A reading that may tell why."""

    at_ms: int
    descriptor: Descriptor
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeNote:
    """Something about a charge, in words; `descriptor`, `value` and `at_ms` are of the reading that says so, if any."""

    kind: NoteKind
    text: str
    at_ms: int | None = None
    descriptor: Descriptor | None = None
    value: Value = None


_Words = Mapping[str, str]
_TIME_SLOT: Final = "charging waits for the time slot that is set in the car or the app"
_LATE: Final[Mapping[Descriptor, _Words]] = {
    Descriptor(f"{_CHARGING}.modeDeviation"): {
        "CHARGING_TIMESLOT": _TIME_SLOT,
        "CHARGING_IN_TIMESLOT": _TIME_SLOT,
        "SMART_CHARGING": "smart charging chooses when to charge",
        "BIDIRECTIONAL_CHARGING": "the battery also gives energy back: the station decides when it charges",
        "IMMEDIATE_CHARGING_NOT_SUPPORTED_BY_EVSE": "the station does not support charging at once",
        "IMMEDIATE_CHARGING_WAKE_UP_LIMIT_REACHED": "the car was woken too often to charge at once",
    },
    Descriptor(f"{_CHARGING}.hvStatus"): {"WAITING_FOR_CHARGING": "the car waited to charge"},
    Descriptor(f"{_CHARGING}.windowSelection"): {"CHOSEN": "a charging window is chosen"},
    Descriptor(f"{_CHARGING}.profile.preference"): {
        "CHARGING_WINDOW": "the charging profile prefers a window",
        "SMART_CHARGING": "the charging profile prefers smart charging",
    },
    Descriptor(f"{_CHARGING}.authentication.status"): {
        "AUTHORIZATION_ERROR": "the station did not accept the authorisation",
        "AUTHORIZATION_TIMEOUT": "the station took too long to authorise",
    },
}
_SLOW: Final[Mapping[Descriptor, _Words]] = {
    Descriptor(f"{_CHARGING}.acRestriction.factor"): {
        "REDUCEDCHARGING": "the car's AC limit is set to reduced",
        "MINCHARGING": "the car's AC limit is set to lowest",
    },
    Descriptor(f"{_BATTERY}.charging.acLimit.isActive"): {"TRUE": "an AC current limit is set in the car"},
    Descriptor(f"{_BATTERY}.charging.acousticLimit"): {"LIMITED": "quiet charging is on"},
    Descriptor(f"{_CHARGING}.modeDeviation"): {
        "DC_DYNAMIC_MIN_SOE_PROTECTION": "the battery is almost empty and is charged gently",
    },
    Descriptor(f"{_BATTERY}.preconditioning.state"): {
        "ON_LEGACY": "the battery was brought to its temperature meanwhile",
        "MANUAL_ON_CHARGE": "the battery was brought to its temperature meanwhile",
        "AUTOMATIC_ON": "the battery was brought to its temperature meanwhile",
        "REMOTE_ON_CHARGE": "the battery was brought to its temperature meanwhile",
    },
}
_LIMIT: Final = Descriptor(f"{_BATTERY}.charging.acLimit.selected")
_STATUS: Final = Descriptor(f"{_CHARGING}.status")
_RESULT: Final = Descriptor(f"{_CHARGING}.lastChargingResult")
REASON_DESCRIPTORS: Final = tuple(dict.fromkeys((*_LATE, *_SLOW, _LIMIT, _STATUS, _RESULT, *REASONS)))
"""What is looked at (BMW's catalogue)."""

_STATES: Final = frozenset({"NOCHARGING", "INITIALIZATION", "CHARGINGACTIVE", "CHARGINGENDED"})
"""Words of BMW's that say only whether it charges, not why."""

_STOPPED: Final[Mapping[str, str]] = {
    "target_reached": "it reached its target",
    "full": "the battery was full",
    "unplugged": "the plug was pulled",
    "interrupted": "it was interrupted: the current ceased to flow and did not come back",
    "failed": "it failed",
    "stopped": "it was stopped before its target, by a person or the station",
    "unknown": "nothing says why",
}


def explain_charge(
    record: ChargingRecord, readings: Iterable[ReasonReading], *, most_ac_kw: float | None
) -> list[ChargeNote]:
    """Return what there is to say about a charge: late, slow, stopped, in this order; readings in order of time.

    `most_ac_kw` is the most that this car ever took from AC.
    """
    seen = list(readings)
    slow = _explain_slow(record, seen, most_ac_kw)
    return [*_explain_late(record, seen), *slow, *_explain_stop(record, seen)]


def _explain_late(record: ChargingRecord, readings: list[ReasonReading]) -> list[ChargeNote]:
    plugged_ms, started_ms = record.plugged_at_ms, record.started_at_ms
    if plugged_ms is None or (started_ms is not None and started_ms - plugged_ms < LATE_FROM_MS):
        return []
    if started_ms is None:
        text = "nothing was charged while the plug was in"
    else:
        text = f"charging began {spell_duration(started_ms - plugged_ms)} after the plug-in"
    until_ms = started_ms if started_ms is not None else record.unplugged_at_ms
    notes = _notes_of("late", _LATE, readings, lambda at_ms: until_ms is None or at_ms <= until_ms)
    return [ChargeNote(kind="late", text=text), *notes]


def _explain_slow(record: ChargingRecord, readings: list[ReasonReading], most_ac_kw: float | None) -> list[ChargeNote]:
    power_kw = record.max_power_kw
    if record.kind != "ac" or power_kw is None or record.started_at_ms is None:
        return []
    if most_ac_kw is None or power_kw >= SLOW_BELOW * most_ac_kw:
        return []
    text = f"it took {power_kw:.1f} kW at most, where this car has taken {most_ac_kw:.1f} kW from AC"
    notes = [ChargeNote(kind="slow", text=text)]
    if record.phases in {1, 2}:
        notes.append(ChargeNote(kind="slow", text=f"only {record.phases} of three phases carried current"))
    ended_ms = record.ended_at_ms
    notes += _notes_of("slow", _SLOW, readings, lambda at_ms: ended_ms is None or at_ms <= ended_ms)
    limit = next((one for one in reversed(readings) if one.descriptor == _LIMIT), None)
    if limit is not None and isinstance(limit.value, int | float) and limit.value < AMPERES:
        notes.append(_note("slow", f"the car's AC limit is set to {limit.value:g} A", limit))
    return notes


def _explain_stop(record: ChargingRecord, readings: list[ReasonReading]) -> list[ChargeNote]:
    if record.end_reason is None or record.ended_at_ms is None:
        return []
    text = f"it ended because {_STOPPED[record.end_reason]}" if record.end_reason != "unknown" else _STOPPED["unknown"]
    if record.how.get("ended_at") == "estimated":
        text += "; the car did not say so, the time is reckoned"
    notes = [ChargeNote(kind="stopped", text=text, at_ms=record.ended_at_ms)]
    started_ms = record.started_at_ms or 0
    for one in readings:
        if str(one.value).upper() in _STATES:
            continue
        is_word = one.descriptor in {*REASONS, _RESULT} and one.at_ms > started_ms
        if (is_word or one.descriptor == _STATUS) and abs(one.at_ms - record.ended_at_ms) <= LATE_FROM_MS:
            notes.append(_note("stopped", f"BMW's word: {one.value}", one))
    return notes


def _notes_of(
    kind: NoteKind, table: Mapping[Descriptor, _Words], readings: list[ReasonReading], counts: Callable[[int], bool]
) -> list[ChargeNote]:
    notes: dict[str, ChargeNote] = {}
    for one in readings:
        text = table.get(one.descriptor, {}).get(str(one.value).upper())
        if text is not None and counts(one.at_ms):
            notes.setdefault(text, _note(kind, text, one))
    return list(notes.values())


def _note(kind: NoteKind, text: str, reading: ReasonReading) -> ChargeNote:
    return ChargeNote(kind=kind, text=text, at_ms=reading.at_ms, descriptor=reading.descriptor, value=reading.value)
