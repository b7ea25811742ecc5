"""Faults of the messages: each on its own between what a car sends and what goes out."""

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from bimmerhub.emulator.cardata.stream.misbehaviour import (
    LATEST_MS,
    NO_CARDATA,
    STRANGERS_GCID,
    STRANGERS_VIN,
    Misbehaviour,
    Outgoing,
)
from bimmerhub.emulator.cardata.stream.value_changes import NO_VALUE_WORDS
from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage, Value
from bimmerhub.emulator.cardata.voice.oddities import NO_VALUE_TEXTS, UNKNOWN_WORD
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.switches import NEVER_MS, Faults, FaultSwitch
from bimmerhub.ids import Gcid, Vin

GCID = Gcid("11111111-2222-3333-4444-555555555555")
VIN = Vin("WBA00000000000001")
OTHER_VIN = Vin("WBA00000000000002")
NOON_MS = 1_785_153_600_000
MINUTE_MS = 60_000


class Noon:
    """A clock that always says noon: what counts for messages is their own time."""

    def now_ms(self) -> int:
        return NOON_MS


def said(descriptor: str, value: Value, *, unit: str | None = None, after_ms: int = 0, vin: Vin = VIN) -> StreamMessage:
    at_ms = NOON_MS + after_ms
    return StreamMessage(
        vin=vin,
        sent_at_ms=at_ms + 3_000,
        descriptor=descriptor,
        value=value,
        unit=unit,
        measured_at_ms=at_ms,
    )


def minutely(count: int) -> list[StreamMessage]:
    return [said(keys.SOC_HEADER, number, unit="percent", after_ms=number * MINUTE_MS) for number in range(count)]


def run(
    messages: Iterable[StreamMessage], name: str | None = None, value: float | None = None, **switch: Any
) -> list[Outgoing]:
    switches = [] if name is None else [FaultSwitch(name=name, value=value, **switch)]
    between = Misbehaviour(GCID, faults=Faults(FAULTS, Noon(), switches), seed=1)
    out = [sent for message in messages for sent in between.pass_on(message)]
    return [*out, *between.release(NOON_MS + 100 * 3_600_000)]


def items(out: Sequence[Outgoing]) -> list[tuple[str, Any, str | None]]:
    """Return (descriptor, value, unit) of what went out."""
    rows = [row for sent in out for row in json.loads(sent.payload)["data"].items()]
    return [(descriptor, row["value"], row.get("unit")) for descriptor, row in rows]


def values(out: Sequence[Outgoing]) -> list[Any]:
    return [value for _, value, _ in items(out)]


def test_without_a_fault_all_goes_out_as_it_is() -> None:
    messages = minutely(3)
    out = run(messages)
    assert [sent.payload for sent in out] == [message.encode(GCID) for message in messages]
    assert [sent.at_ms for sent in out] == [message.sent_at_ms for message in messages]


def test_same_seed_misbehaves_in_the_same_way() -> None:
    assert run(minutely(200), "lost", 0.5) == run(minutely(200), "lost", 0.5)


def test_share_of_messages_is_late_with_its_old_time() -> None:
    out = run(minutely(400), "late", 0.25)
    behind = [sent.at_ms - NOON_MS - value * MINUTE_MS - 3_000 for sent, value in zip(out, values(out), strict=True)]
    late = [lag_ms for lag_ms in behind if lag_ms]
    assert sorted(values(out)) == list(range(400))
    assert 60 < len(late) < 140
    assert 1_000_000 < max(late) <= LATEST_MS
    assert [sent.at_ms for sent in out] == sorted(sent.at_ms for sent in out)


def test_late_message_carries_the_time_of_its_sending() -> None:
    [sent] = run(minutely(1), "late", 1.0)
    message = json.loads(sent.payload)
    assert message["timestamp"] > "2026-07-27T12:00:03.000Z"
    assert message["data"][keys.SOC_HEADER]["timestamp"] == "2026-07-27T12:00:00Z"


def test_what_is_kept_back_is_known_beforehand() -> None:
    between = Misbehaviour(GCID, faults=Faults(FAULTS, Noon(), [FaultSwitch(name="late", value=1.0)]), seed=1)
    assert between.next_due_ms() == NEVER_MS
    assert not list(between.pass_on(minutely(1)[0]))
    due_ms = between.next_due_ms()
    assert not list(between.release(due_ms - 1))
    assert len(list(between.release(due_ms))) == 1


def test_share_of_messages_is_repeated() -> None:
    sent = values(run(minutely(200), "repeated", 0.25))
    assert set(sent) == set(range(200))
    assert 225 < len(sent) < 275


def test_share_of_messages_is_reordered() -> None:
    secondly = [said(keys.SOC_HEADER, number, after_ms=number * 1_000) for number in range(200)]
    sent = values(run(secondly, "reordered", 0.25))
    assert sent != sorted(sent)
    assert sorted(sent) == list(range(200))
    assert max(abs(place - value) for place, value in enumerate(sent)) == 1


def test_message_that_waits_for_a_later_one_does_not_wait_for_ever() -> None:
    assert values(run(minutely(1), "reordered", 1.0)) == [0]


def test_share_of_messages_is_lost() -> None:
    assert 120 < len(run(minutely(200), "lost", 0.25)) < 180


def test_silent_cloud_sends_nothing() -> None:
    assert run(minutely(20), "silent") == []


def test_fault_counts_by_the_time_of_the_message() -> None:
    out = run(minutely(5), "silent", from_ms=NOON_MS + MINUTE_MS, until_ms=NOON_MS + 3 * MINUTE_MS)
    assert values(out) == [0, 3, 4]


def test_fault_of_so_many_uses_touches_so_many_messages() -> None:
    assert values(run(minutely(5), "silent", times=2)) == [2, 3, 4]


def test_unticked_share_of_descriptors_is_the_same_each_time() -> None:
    messages = [said(key, 1) for key in keys.EVERY_CAR]
    heard = {descriptor for descriptor, _, _ in items(run([*messages, *messages], "unticked", 0.5))}
    assert 8 < len(heard) < len(messages) - 8
    assert len(run([*messages, *messages], "unticked", 0.5)) == 2 * len(heard)
    assert run(messages, "unticked") == []


def test_descriptor_without_a_tick_in_the_portal_does_not_go_out() -> None:
    def is_ticked(gcid: Gcid, vin: Vin, descriptor: str) -> bool:
        return (gcid, vin, descriptor) == (GCID, VIN, keys.SOC_HEADER)

    between = Misbehaviour(GCID, faults=Faults(FAULTS, Noon()), seed=1, is_ticked=is_ticked)
    messages = [said(keys.SOC_HEADER, 1), said(keys.ODOMETER, 2), said(keys.SOC_HEADER, 3, vin=OTHER_VIN)]
    assert values([sent for message in messages for sent in between.pass_on(message)]) == [1]


def test_messages_of_one_moment_come_with_several_keys() -> None:
    moment = [said(keys.LATITUDE, 50.5, unit="degrees"), said(keys.LONGITUDE, 6.5, unit="degrees")]
    later = said(keys.LATITUDE, 50.6, unit="degrees", after_ms=1_000)
    out = run([*moment, moment[0], later], "several-keys")
    assert [len(json.loads(sent.payload)["data"]) for sent in out] == [2, 1, 1]
    assert values(out) == [50.5, 6.5, 50.5, 50.6]


@pytest.mark.parametrize(
    ("name", "message", "item"),
    [
        ("no-unit", said(keys.ODOMETER, 10, unit="km"), (keys.ODOMETER, 10, None)),
        ("miles", said(keys.ODOMETER, 1609.344, unit="km"), (keys.ODOMETER, 1000.0, "miles")),
        ("odometer-in-miles", said(keys.ODOMETER, 1609.344, unit="km"), (keys.ODOMETER, 1000.0, "km")),
        ("odometer-in-miles", said(keys.TOTAL_RANGE, 300, unit="km"), (keys.TOTAL_RANGE, 300, "km")),
        ("power-in-kw", said(keys.CHARGING_POWER, 11_000, unit="W"), (keys.CHARGING_POWER, 11.0, "kW")),
        ("target-flips", said(keys.SOC_TARGET, 80, unit="%"), (keys.SOC_TARGET, 100, "%")),
        ("boolean-words", said(keys.DOORS_LOCK, "LOCKED"), (keys.DOORS_LOCK, "LOCKED", None)),
        ("null-beside-good", said(keys.SOC_HEADER, 55, unit="percent"), (keys.SOC_HEADER, None, "percent")),
        ("null-beside-good", said(keys.SOC_DISPLAYED, 55, unit="percent"), (keys.SOC_DISPLAYED, 55, "percent")),
        ("zeros-for-absent", said(keys.TOTAL_RANGE, 300, unit="km"), (keys.TOTAL_RANGE, 0, "km")),
        ("odd-units", said(keys.LATITUDE, 50.5, unit="degrees"), (keys.LATITUDE, 50.5, "WGS84")),
        ("odd-units", said(keys.ALTITUDE, 173, unit="m"), (keys.ALTITUDE, 17_300, "cm")),
        ("odd-units", said(keys.TIME_TO_FULL, 90, unit="min"), (keys.TIME_TO_FULL, 90, "m")),
        (
            "charging-words-new",
            said(keys.CHARGING_STATUS, "CHARGINGPAUSED"),
            (keys.CHARGING_STATUS, "CHARGINGINTERRUPTED", None),
        ),
        ("odometer-jump", said(keys.ODOMETER, 1_000, unit="km"), (keys.ODOMETER, 1_800, "km")),
        (
            "door-compound",
            said(keys.DOORS_LOCK, "SECURED"),
            (
                keys.DOORS_LOCK,
                "oldDoorStatus:ASN_secured,newDoorStatus:ASN_secured,allDoorsLocked:ASN_isTrue,trunkLocked:ASN_isTrue",
                None,
            ),
        ),
    ],
)
def test_value_is_changed(name: str, message: StreamMessage, item: tuple[str, object, str | None]) -> None:
    assert items(run([message], name)) == [item]


def test_booleans_come_as_words() -> None:
    messages = [said(key, value=True) for key in (keys.IS_MOVING, keys.IGNITION, keys.ENGINE, keys.TRUNK, keys.HOOD)]
    sent = values(run(messages, "boolean-words"))
    assert set(sent) <= {"ASN_isTrue", "true", "OPEN", "open"}
    assert values(run(messages, "boolean-words")) == sent


def test_share_of_messages_has_no_value() -> None:
    sent = values(run(minutely(200), "nulls", 0.25))
    assert 25 < sent.count(None) < 75


def test_share_of_messages_has_a_word_for_no_value() -> None:
    sent = values(run(minutely(200), "no-value-words", 0.25))
    assert {word for word in sent if isinstance(word, str)} == set(NO_VALUE_WORDS)
    assert 25 < sum(isinstance(value, str) for value in sent) < 75


def test_share_of_messages_is_followed_by_no_cardata() -> None:
    out = run(minutely(200), "malformed", 0.25)
    junk = [sent.payload for sent in out if sent.payload in NO_CARDATA]
    assert 25 < len(junk) == len(out) - 200
    assert {sent.vin for sent in out} == {VIN}


def test_share_of_messages_is_stamped_an_hour_ahead() -> None:
    out = run(minutely(1), "future", 1.0)
    assert json.loads(out[0].payload)["data"][keys.SOC_HEADER]["timestamp"] == "2026-07-27T13:00:00Z"


def test_share_of_positions_is_far_away() -> None:
    fix = [said(keys.LATITUDE, 50.0, unit="degrees"), said(keys.LONGITUDE, 6.0, unit="degrees")]
    latitude, longitude = values(run(fix, "far-position", 1.0))
    assert (latitude - 50.0) * 111.2 == pytest.approx(198, abs=0.1)
    assert longitude == 6.0


def fixes(count: int) -> list[StreamMessage]:
    return [
        said(key, number + 1.0, unit="degrees", after_ms=number * MINUTE_MS)
        for number in range(count)
        for key in (keys.LATITUDE, keys.LONGITUDE)
    ]


@pytest.mark.parametrize(("name", "place"), [("null-island", (0.0, 0.0)), ("greenwich", (51.4779, 0.0))])
def test_share_of_positions_is_at_one_place_with_both_halves(name: str, place: tuple[float, float]) -> None:
    sent = values(run(fixes(200), name, 0.25))
    pairs = list(zip(sent[::2], sent[1::2], strict=True))
    assert 25 < pairs.count(place) < 75
    assert all(pair == place or pair[0] == pair[1] for pair in pairs)


def test_halves_of_positions_come_apart() -> None:
    seconds = [said(key, 5.0, after_ms=at_s * 1_000) for at_s in range(60) for key in (keys.LATITUDE, keys.LONGITUDE)]
    out = run(seconds, "halves-apart", 10)
    at_s = [json.loads(sent.payload)["data"].popitem() for sent in out]
    halves = [(key, item["timestamp"]) for key, item in at_s]
    assert {key for key, _ in halves} == {keys.LATITUDE, keys.LONGITUDE}
    for (key, before), (next_key, after) in pairwise(halves):
        assert key == next_key or int(after[17:19]) - int(before[17:19]) >= 10


@pytest.mark.parametrize(("name", "value"), [("odometer-spike", 4_999_999), ("level-spike", 0)])
def test_share_of_values_is_a_spike(name: str, value: int) -> None:
    key = keys.ODOMETER if name == "odometer-spike" else keys.SOC_HEADER
    sent = values(run([said(key, 70, after_ms=number * MINUTE_MS) for number in range(200)], name, 0.25))
    assert 25 < sent.count(value) < 75
    assert set(sent) == {70, value}


def test_unknown_word_takes_the_place_of_words_only() -> None:
    messages = [
        said(keys.CHARGING_STATUS, "CHARGINGACTIVE"),
        said(keys.SOC_HEADER, 5),
        said(keys.IS_MOVING, value=True),
    ]
    assert values(run(messages, "unknown-words", 1.0)) == [UNKNOWN_WORD, 5, True]


def test_share_of_messages_has_a_text_for_no_value() -> None:
    sent = values(run(minutely(400), "no-value-texts", 0.5))
    assert {word for word in sent if isinstance(word, str)} == set(NO_VALUE_TEXTS)


def test_units_come_and_go() -> None:
    units = [unit for _, _, unit in items(run(minutely(200), "units-come-and-go", 0.5))]
    assert 50 < units.count(None) < 150
    assert set(units) == {None, "percent"}


def test_messages_are_held_back_and_come_together_with_their_old_times() -> None:
    out = run(minutely(30), "held-back", 60)
    assert {sent.at_ms for sent in out} == {NOON_MS + 60 * MINUTE_MS}
    assert values(out) == list(range(30))
    assert {json.loads(sent.payload)["timestamp"] for sent in out} == {"2026-07-27T13:00:00.000Z"}
    stamps = [json.loads(sent.payload)["data"][keys.SOC_HEADER]["timestamp"] for sent in out]
    assert (stamps[0], stamps[-1]) == ("2026-07-27T12:00:00Z", "2026-07-27T12:29:00Z")


@pytest.mark.parametrize(
    ("name", "vin", "topic_gcid"),
    [
        ("foreign-topic", STRANGERS_VIN, STRANGERS_GCID),
        ("other-vin-inside", VIN, None),
        ("unknown-vin", STRANGERS_VIN, None),
    ],
)
def test_strange_message_follows_the_true_one(name: str, vin: Vin, topic_gcid: Gcid | None) -> None:
    true, strange = run(minutely(1), name, 1.0)
    assert (true.vin, true.topic_gcid, json.loads(true.payload)["vin"]) == (VIN, None, VIN)
    assert (strange.vin, strange.topic_gcid) == (vin, topic_gcid)
    inside = json.loads(strange.payload)
    assert (inside["vin"], inside["entityId"]) == (STRANGERS_VIN, topic_gcid or GCID)


def test_compound_lock_has_the_old_state_too() -> None:
    locks = [said(keys.DOORS_LOCK, word) for word in ("UNLOCKED", "SECURED", "SELECTIVE_LOCKED")]
    unlocked, secured, other = values(run(locks, "door-compound"))
    assert unlocked.startswith("oldDoorStatus:ASN_unlocked,newDoorStatus:ASN_unlocked,allDoorsLocked:ASN_isFalse")
    assert secured.startswith("oldDoorStatus:ASN_unlocked,newDoorStatus:ASN_secured,allDoorsLocked:ASN_isTrue")
    assert other == "SELECTIVE_LOCKED"


def test_range_is_far_off_while_charging_only() -> None:
    in_kms = said(keys.ELECTRIC_RANGE_ESTIMATE, 379, unit="km")
    messages = [in_kms, said(keys.CHARGING_STATUS, "CHARGINGACTIVE"), in_kms]
    assert values(run(messages, "range-far-off")) == [379, "CHARGINGACTIVE", 128]


def charge() -> list[StreamMessage]:
    return [
        said(keys.SOC_HEADER, 40, unit="percent"),
        said(keys.CHARGING_STATUS, "CHARGINGACTIVE"),
        said(keys.CHARGING_POWER, 11_000, unit="W"),
        said(keys.SOC_HEADER, 50, unit="percent", after_ms=MINUTE_MS),
        said(keys.CHARGING_STATUS, "CHARGINGENDED", after_ms=2 * MINUTE_MS),
        said(keys.CHARGING_POWER, 0, unit="W", after_ms=2 * MINUTE_MS),
        said(keys.SOC_HEADER, 60, unit="percent", after_ms=2 * MINUTE_MS),
    ]


def test_end_of_a_charge_is_untold() -> None:
    assert values(run(charge(), "charge-end-untold")) == [40, "CHARGINGACTIVE", 11_000, 50, 60]


def test_charge_level_is_frozen_while_charging() -> None:
    assert values(run(charge(), "soc-frozen")) == [40, "CHARGINGACTIVE", 11_000, "CHARGINGENDED", 0, 60]


def test_charge_level_is_frozen_also_when_switched_on_in_the_middle() -> None:
    assert 50 not in values(run(charge(), "soc-frozen", from_ms=NOON_MS + MINUTE_MS))


def test_volts_and_amps_are_stale() -> None:
    volts = [said(keys.CHARGING_VOLTAGE, hour, unit="V", after_ms=hour * 60 * MINUTE_MS) for hour in range(12)]
    assert values(run(volts, "volts-amps-stale")) == [0, 5, 10]
