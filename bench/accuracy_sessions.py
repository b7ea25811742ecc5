"""Charging sessions against the truth: which were found, which never were, how far energies and times are off, and how
soon an end was noticed.

A session is found by the record that shares most of its time, each record finding one; every other record is false. A
session that nobody could see, for the car has said nothing since, is `unseen`. `noticed_min` is how long after the true
end the record shows it, as messages arrive and time passes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from bench.record_findings import Findings, Life

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.folds.fold import Record
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.times import MINUTE_MS

WORTH_NAMING_PERCENT = 10
NEAR_MS = 30 * MINUTE_MS
"""A record that begins and ends so near to a session is meant for it, if it shares no time with another."""


def compare_sessions(life: Life) -> Findings:
    """Return what the charging sessions of a life come to."""
    findings = Findings()
    unmatched = life.records(ChargingSessionsFold())
    last_ms = max((reading.measured_at_ms for reading in life.readings), default=0)
    noticed = _notice_ends(life)
    for true in (true for true in life.truth.charging_sessions if true.plugged_in_ms >= life.start_ms):
        record = max(unmatched, key=lambda record: _shared_ms(record, true), default=None)
        if record is None or _shared_ms(record, true) <= -NEAR_MS:
            was_seen = last_ms > true.plugged_in_ms and (true.unplugged_ms is not None or last_ms > true.end_ms)
            findings.counts["missed" if was_seen else "unseen"] += 1
            findings.examples.append(f"missed {life.seed} {_say(true.plugged_in_ms)} to {_say(true.end_ms)}")
            continue
        unmatched.remove(record)
        findings.counts["found"] += 1
        _compare(findings, life, record, true)
        if (ended_ms := noticed.get(record.start_at_ms)) is not None:
            findings.errors["noticed_min"].append((ended_ms - true.end_ms) / MINUTE_MS)
    findings.counts["false"] += len(unmatched)
    findings.examples += [f"false {life.seed} {_say(record.start_at_ms)}" for record in unmatched]
    return findings


def _shared_ms(record: Record, true: ChargingSessionTruth) -> int:
    end_ms = true.end_ms if true.unplugged_ms is None else true.unplugged_ms
    return min(record.end_at_ms, end_ms) - max(record.start_at_ms, true.plugged_in_ms)


def _compare(findings: Findings, life: Life, record: Record, true: ChargingSessionTruth) -> None:
    session = record.body
    assert isinstance(session, ChargingRecord)
    errors = findings.errors
    for name, ours, truly in (
        ("battery_percent", session.energy_battery_kwh, true.battery_kwh),
        ("grid_percent", session.energy_grid_kwh, true.grid_kwh),
    ):
        if ours is None:
            findings.counts[f"no_{name.removesuffix('_percent')}"] += 1
        elif truly > 0:
            off = 100 * abs(ours - truly) / truly
            errors[name].append(off)
            if off > WORTH_NAMING_PERCENT:
                how = session.how.get(f"energy_{name.removesuffix('_percent')}_kwh")
                findings.examples.append(
                    f"{name} {life.seed} {_say(true.plugged_in_ms)}: {ours:.1f} for {truly:.1f} kWh"
                    f" ({how}, {session.end_reason})"
                )
    for name, ours_ms, true_ms in (
        ("start_s", session.started_at_ms, true.start_ms),
        ("end_s", session.ended_at_ms, true.end_ms),
        ("plug_s", session.plugged_at_ms, true.plugged_in_ms),
        ("unplug_s", session.unplugged_at_ms, true.unplugged_ms),
    ):
        if ours_ms is not None and true_ms is not None:
            errors[name].append(abs(ours_ms - true_ms) / 1000)
    if session.end_soc_percent is not None:
        errors["end_level"].append(abs(session.end_soc_percent - true.end_soc_percent))
    findings.counts["kind_wrong"] += session.kind is not None and (session.kind == "dc") != true.is_dc


def _notice_ends(life: Life) -> dict[int, int]:
    """Return when each record first showed the end that it shows at last, by its start; milliseconds UTC."""
    fold, state = ChargingSessionsFold(), ChargingSessionsFold.initial
    wanted = frozenset(fold.descriptors)
    noticed: dict[int, int] = {}
    for reading in life.readings:
        if reading.descriptor not in wanted:
            continue
        if state.session is not None or state.said:
            due_ms = fold.due_ms(state, state.at_ms)
            if due_ms is not None and due_ms < reading.measured_at_ms + reading.sent_after_ms:
                _note_all(noticed, fold.open_records(state, due_ms), due_ms)
        known_ms = reading.measured_at_ms + reading.sent_after_ms
        step = fold.step(state, reading)
        if step is not None:
            state = step.state
            if state.session is not None or state.said:
                _note_all(noticed, [*step.records, *fold.open_records(state, state.at_ms)], known_ms)
    _note_all(noticed, fold.open_records(state, life.end_ms), fold.due_ms(state, state.at_ms) or life.end_ms)
    return noticed


def _note_all(noticed: dict[int, int], records: Sequence[Record], now_ms: int) -> None:
    for record in records:
        _note(noticed, record, now_ms)


def _note(noticed: dict[int, int], record: Record, now_ms: int) -> None:
    session = record.body
    assert isinstance(session, ChargingRecord)
    if session.parts and session.ended_at_ms is not None:
        noticed.setdefault(record.start_at_ms, now_ms)
    else:
        noticed.pop(record.start_at_ms, None)


def _say(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%d %H:%M")
