"""The switches: on by time, by uses, in an order; and no name of a fault without a test that meets it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.switches import Faults, FaultSwitch

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs" / "reference" / "emulator.md"


@dataclass
class Hand:
    """A clock that a test moves."""

    ms: int = 1_000

    def now_ms(self) -> int:
        return self.ms


def test_switch_is_on_from_its_beginning_up_to_its_end() -> None:
    clock = Hand(999)
    faults = Faults(FAULTS, clock, [FaultSwitch(name="late", from_ms=1_000, until_ms=2_000)])
    seen = []
    for clock.ms in (999, 1_000, 1_999, 2_000):
        seen.append(faults.is_on("late"))
    assert seen == [False, True, True, False]
    assert faults.is_on("late", at_ms=1_500)


def test_switch_is_used_up() -> None:
    faults = Faults(FAULTS, Hand(), [FaultSwitch(name="rest-500", times=2)])
    assert [faults.take("rest-500") for _ in range(3)] == [True, True, False]
    assert faults.switches() == ()
    assert faults.on() == frozenset()


@pytest.mark.parametrize("name", FAULTS)
def test_usual_value_of_a_fault_is_one_that_it_can_have_and_nothing_endless_is(name: str) -> None:
    fault = FAULTS[name]
    faults = Faults(FAULTS, Hand(), [FaultSwitch(name=name, value=fault.value)])
    for value in (-2_000_000.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=name):
            faults.switch_on(FaultSwitch(name=name, value=value))


def test_what_was_switched_on_last_counts() -> None:
    clock = Hand()
    faults = Faults(FAULTS, clock, [FaultSwitch(name="late")])
    assert faults.value("late") == FAULTS["late"].value
    faults.switch_on(FaultSwitch(name="late", value=0.5, until_ms=2_000))
    assert faults.value("late") == 0.5
    clock.ms = 2_000
    assert faults.value("late") == FAULTS["late"].value


def test_names_of_what_is_on_follow_time_and_switching() -> None:
    clock = Hand()
    faults = Faults(FAULTS, clock, [FaultSwitch(name="late", from_ms=1_500), FaultSwitch(name="lost", until_ms=1_600)])
    seen = []
    for clock.ms in (1_499, 1_500, 1_600):
        seen.append(faults.on())
    faults.switch_off("late")
    assert [*seen, faults.on()] == [{"lost"}, {"late", "lost"}, {"late"}, set()]


def test_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(ValueError, match="the nearest is night-refusals"):
        Faults(FAULTS, Hand(), [FaultSwitch(name="nite-refusals")])


def test_all_are_switched_off_together() -> None:
    faults = Faults(FAULTS, Hand(), [FaultSwitch(name="late"), FaultSwitch(name="lost", from_ms=5_000)])
    faults.switch_off()
    assert faults.switches() == ()


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_met_by_a_test(name: str) -> None:
    pattern = re.compile(rf'"{re.escape(name)}"')
    others = (path for path in TESTS.rglob("test_*.py") if path != Path(__file__))
    assert any(pattern.search(path.read_text("utf-8")) for path in others)


def test_page_has_each_fault_as_it_is() -> None:
    rows = []
    for name, fault in FAULTS.items():
        value = "" if fault.value is None else f"{fault.value:g}"
        rows.append(f"| {fault.area} | `{name}` | {value} | {fault.summary} | {fault.seen} |")
    listed = re.findall(r"^\| [a-z-]+ \| `.*$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert listed == rows
