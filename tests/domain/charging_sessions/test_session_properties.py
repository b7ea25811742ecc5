"""What holds for any charge: sets of readings make records, not their order; states survive being stored."""

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.charging_sessions.story import CHARGING, KEYS, UNITS, VIN, at, fold

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.charging_sessions.session_state import ChargingFoldState
from bimmerhub.domain.folds.fold import fold_order
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS

WORDS: dict[str, Sequence[Value]] = {
    "port": ["CONNECTED", "DISCONNECTED", None],
    "plug_event": [1, 2, 3],
    "status": ["CHARGINGACTIVE", "CHARGINGENDED", "CHARGINGPAUSED", "CHARGINGERROR", "NOCHARGING", "x"],
    "power": [0, 11_000, 190_000, None],
    "volts": [0, 230, 400],
    "amps": [0, 16],
    "phases": ["1-PHASES", "3-PHASES", "INVALID"],
    "minutes": [0, 15, 300],
    "target": [80, 100],
    "soc": [0, 20, 50, 80, 100],
    "missing": [0, 20.5, 60],
    "capacity": [76.5, 0],
    "moving": [True, False],
    "odometer": [1000, 1001, 1050],
    "reason": ["CHARGING_GOAL_REACHED", "POWERGRID_FAILED"],
}


def a_reading(key: str, minute: int, pick: int) -> Reading:
    values = WORDS[key]
    at_ms = at("10:00") + minute * MINUTE_MS
    value = values[pick % len(values)]
    return Reading(VIN, Descriptor(KEYS[key]), value, UNITS.get(key), at_ms, at_ms + 1000, at_ms, Source.STREAM)


READINGS = st.lists(
    st.builds(a_reading, st.sampled_from(sorted(WORDS)), st.integers(0, 900), st.integers(0, 5)), max_size=60
)


@given(readings=READINGS, chance=st.randoms(use_true_random=False))
def test_the_set_of_readings_makes_the_records(readings: list[Reading], chance: object) -> None:
    again = [*readings, *readings[::2]]
    chance.shuffle(again)  # type: ignore[attr-defined]  # a random.Random
    assert fold(again) == fold(readings)


@given(readings=READINGS)
def test_a_state_that_was_stored_goes_on_as_it_was(readings: list[Reading]) -> None:
    sessions, state, stored = ChargingSessionsFold(), ChargingFoldState(), ChargingFoldState()
    for reading in sorted(set(readings), key=fold_order):
        step, other = sessions.step(state, reading), sessions.step(stored, reading)
        assert step == other
        if step is not None:
            state = step.state
            stored = msgspec.json.decode(msgspec.json.encode(state), type=ChargingFoldState)
            assert stored == state


@given(readings=READINGS, hours=st.integers(0, 100))
def test_numbers_make_sense(readings: list[Reading], hours: int) -> None:
    records, _ = fold(readings, now_ms=at("10:00") + hours * 60 * MINUTE_MS)
    starts = [record.start_at_ms for record in records]
    assert starts == sorted(set(starts))
    for record in records:
        session = record.body
        assert isinstance(session, ChargingRecord)
        assert record.end_at_ms > record.start_at_ms
        assert min([session.energy_battery_kwh or 0, session.energy_grid_kwh or 0, session.losses_kwh or 0]) >= 0
        times = [session.plugged_at_ms, session.started_at_ms, session.ended_at_ms, session.unplugged_at_ms]
        present = [time for time in times if time is not None]
        assert present == sorted(present)
        for part in session.parts[:-1]:
            assert part.ended_at_ms is not None
            assert part.started_at_ms <= part.ended_at_ms
        assert session.how.keys() >= session.band.keys()


def test_every_descriptor_is_one_that_a_car_sends() -> None:
    assert Descriptor(f"{CHARGING}.status") in ChargingSessionsFold().descriptors
