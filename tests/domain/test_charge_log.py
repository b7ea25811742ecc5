"""The charge log's fold, instant by instant."""

import pytest

from bimmerhub.domain.charge_log import ChargeInstant, ChargeLog, ChargeNotice, Dated, NoticeKind, read_instant


class Night:
    """A car that is looked at once a minute."""

    def __init__(self, *, step_percent: int = 5) -> None:
        self.log = ChargeLog()
        self.step_percent = step_percent
        self._minute = 0

    def see(
        self,
        level: float | None,
        status: str | None = None,
        *,
        plugged: bool | None = None,
        target: float | None = None,
    ) -> tuple[ChargeNotice, ...]:
        self._minute += 1
        instant = ChargeInstant(
            at_ms=self._minute * 60_000,
            soc_percent=level,
            charging_status=status,
            is_plugged_in=plugged,
            target_percent=target,
        )
        self.log, notices = self.log.follow(instant, step_percent=self.step_percent)
        return notices

    def tell(self, *levels: float) -> list[int]:
        return [step for level in levels for notice in self.see(level) for step in notice.steps_percent]

    def kinds(self, *looks: tuple[float | None, str | None, bool | None]) -> list[str]:
        return [notice.kind.value for look in looks for notice in self.see(look[0], look[1], plugged=look[2])]


def test_first_look_tells_nothing() -> None:
    assert Night().see(60, "charging", plugged=True) == ()


def test_each_step_is_told_once_on_the_way_up() -> None:
    assert Night().tell(57, 58, 59.5, 60, 60, 61, 64, 65, 66) == [60, 65]


def test_jump_over_a_step_counts() -> None:
    [notice] = _after(Night(), 59).see(71)
    assert (notice.kind, notice.steps_percent, notice.soc_percent) == (NoticeKind.STEP, (60, 65, 70), 71)


def test_wavering_level_tells_nothing_again() -> None:
    assert Night().tell(59, 60, 59, 60, 58, 61, 60) == [60]


def test_level_that_fell_tells_its_steps_again() -> None:
    assert Night().tell(59, 60, 57, 60, 40, 46) == [60, 60, 45]


def test_steps_of_another_width_begin_where_the_last_ended() -> None:
    night = Night()
    night.tell(59, 66)
    night.step_percent = 10
    assert night.tell(67, 70) == [70]


def test_a_night_is_told_from_plug_to_plug() -> None:
    night = Night(step_percent=50)
    looks = [
        (40, "not_charging", False),
        (40, "waiting", True),
        (40, "charging", True),
        (49, "paused", True),
        (49, "charging", True),
        (99, "charging", True),
        (100, "charging", True),
        (100, "finished", True),
        (100, "charging", True),
        (100, "not_charging", False),
    ]
    assert night.kinds(*looks) == [
        "charging_started",
        "charging_interrupted",
        "charging_started",
        "step",
        "step",
        "full",
        "unplugged",
    ]


@pytest.mark.parametrize(
    ("level", "target", "kind"), [(80, 80, "full"), (62, 80, "charging_ended"), (99, None, "full")]
)
def test_end_is_full_only_at_the_target(level: float, target: float | None, kind: str) -> None:
    night = _after(_after(Night(step_percent=100), level - 1), level, "charging")
    assert [notice.kind for notice in night.see(level, "finished", target=target)] == [kind]


def test_unplugged_while_charging_is_no_interruption() -> None:
    night = _after(_after(Night(), 61), 61, "charging")
    assert night.kinds((62, "not_charging", False)) == ["unplugged"]


def test_car_that_tells_no_level_still_tells_of_charging() -> None:
    night = _after(Night(), None)
    assert night.kinds((None, "charging", True), (None, "error", True)) == ["charging_started", "charging_interrupted"]


def test_look_older_than_the_newest_changes_nothing() -> None:
    log = ChargeLog(at_ms=1_000, peak_percent=50)
    assert log.follow(ChargeInstant(at_ms=999, soc_percent=90), step_percent=5) == (log, ())


def test_old_word_of_the_plug_does_not_deny_that_a_car_charges() -> None:
    signals = {"is_plugged_in": Dated(value=False, at_ms=1), "charging_status": Dated(value="charging", at_ms=2)}
    instant = read_instant(signals)
    assert instant is not None
    assert instant.is_plugged_in is None
    assert read_instant({"odometer_km": Dated(value=1, at_ms=1)}) is None


def _after(night: Night, level: float | None, status: str | None = None) -> Night:
    night.see(level, status)
    return night
