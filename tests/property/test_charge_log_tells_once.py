"""Whatever a car's level does, a step is told when it is crossed, and not again before the level has fallen."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.charge_log import AGAIN_BELOW_PERCENT, ChargeInstant, ChargeLog, ChargeNotice, NoticeKind

LEVELS = st.one_of(st.none(), st.integers(0, 100), st.floats(0, 100).map(lambda level: round(level, 1)))
STATUSES = st.sampled_from([None, "not_charging", "starting", "waiting", "charging", "paused", "finished", "error"])
INSTANTS = st.lists(
    st.builds(
        lambda level, status, plugged: ChargeInstant(
            at_ms=0, soc_percent=level, charging_status=status, is_plugged_in=plugged
        ),
        LEVELS,
        STATUSES,
        st.sampled_from([None, True, False]),
    ),
    max_size=40,
)
STEPS = st.integers(1, 50)


def follow(instants: list[ChargeInstant], step: int, log: ChargeLog | None = None) -> list[ChargeNotice]:
    state = log or ChargeLog()
    told: list[ChargeNotice] = []
    for instant in instants:
        state, notices = state.follow(instant, step_percent=step)
        told += notices
    return told


@given(st.lists(st.integers(0, 100), min_size=1), STEPS)
def test_rising_level_tells_every_multiple_once(levels: list[int], step: int) -> None:
    rising = sorted(levels)
    told = [s for notice in follow([ChargeInstant(at_ms=0, soc_percent=level) for level in rising], step)
            for s in notice.steps_percent]  # fmt: skip
    assert told == [multiple for multiple in range(0, 101, step) if rising[0] < multiple <= rising[-1]]


@given(INSTANTS, STEPS)
def test_a_step_comes_again_only_after_a_fall(instants: list[ChargeInstant], step: int) -> None:
    log, since_told = ChargeLog(), dict[int, list[float]]()
    for instant in instants:
        level = instant.soc_percent
        if level is not None:
            since_told = {multiple: [*levels, level] for multiple, levels in since_told.items()}
        log, notices = log.follow(instant, step_percent=step)
        for multiple in (multiple for notice in notices for multiple in notice.steps_percent):
            assert level is not None
            assert level >= multiple
            levels = since_told.get(multiple)
            if levels is not None:
                assert min(levels) < multiple
                falls = [max(levels[: at + 1]) - lower for at, lower in enumerate(levels)]
                assert max(falls) >= AGAIN_BELOW_PERCENT
            since_told[multiple] = [level]


@given(INSTANTS, STEPS)
def test_no_phase_is_told_twice_running(instants: list[ChargeInstant], step: int) -> None:
    phases = [notice.kind for notice in follow(instants, step) if notice.kind is not NoticeKind.STEP]
    assert all(one is not other or one is NoticeKind.UNPLUGGED for one, other in pairwise(phases))


@given(INSTANTS, st.integers(0, 40), STEPS)
def test_looks_that_come_again_tell_nothing(instants: list[ChargeInstant], at: int, step: int) -> None:
    """A restart reads the state once more."""
    again = [*instants[: at + 1], *instants[at : at + 1], *instants[at + 1 :]]
    assert follow(again, step) == follow(instants, step)


@given(st.integers(50, 100), st.lists(st.floats(0, AGAIN_BELOW_PERCENT - 0.1), max_size=30), STEPS)
def test_wavering_tells_nothing(top: int, dips: list[float], step: int) -> None:
    looks = [ChargeInstant(at_ms=0, soc_percent=top - dip) for dip in [0.0, *dips]]
    assert follow(looks, step) == []
