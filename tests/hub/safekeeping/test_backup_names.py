"""Which backups go: never the last good one, never a file of another name, and none because a clock jumped."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.hub.safekeeping.backup_names import BackupName, Keeping, choose_removable, parse_name

KEY = "0123abcd"
START = datetime(2026, 1, 31, 8, 15, tzinfo=UTC)
FAR = START + timedelta(days=5 * 366)
"""Later than what most tests make."""


def named(at: datetime, *, is_encrypted: bool = False) -> BackupName:
    return BackupName(made_at_s=round(at.timestamp()), key=KEY, is_encrypted=is_encrypted)


def choose(names: Iterable[BackupName], *, now: datetime = FAR, **others: Any) -> list[BackupName]:
    return choose_removable(names, now_ms=round(now.timestamp() * 1000), **others)


def test_a_name_says_when_and_whose_it_is() -> None:
    name = named(START, is_encrypted=True)
    assert str(name) == "bimmerhub-0123abcd-20260131T081500Z.bhbk"
    assert parse_name(str(name), key=KEY) == name


@pytest.mark.parametrize(
    "name",
    [
        "bimmerhub-0123abce-20260131T081500Z.bhbk",
        "bimmerhub-0123abcd-20260131T081500Z.bhbk.old",
        "bimmerhub-0123abcd-20261331T081500Z.bhbk",
        "copy of bimmerhub-0123abcd-20260131T081500Z.bhbk",
        "bimmerhub-0123abcd-20260131T081500Z.bhbk\n",
        "bimmerhub-0123abcd-\u0662\u0660260131T081500Z.bhbk",
        "../bimmerhub-0123abcd-20260131T081500Z.bhbk",
        "",
    ],
)
def test_any_other_name_is_none_of_the_hubs(name: str) -> None:
    assert parse_name(name, key=KEY) is None


def test_a_year_of_days_keeps_days_weeks_and_months() -> None:
    days = [START + timedelta(days=day) for day in range(365)]
    kept: set[BackupName] = set()
    for day in days:
        kept.add(named(day))
        kept -= set(choose(kept, good=kept, bad=(), keeping=Keeping(daily=7, weekly=4, monthly=12)))
    newest = sorted(kept, reverse=True)
    assert newest[:7] == [named(day) for day in days[:-8:-1]]
    assert len({datetime.fromtimestamp(name.made_at_s, UTC).strftime("%Y-%m") for name in kept}) == 12
    assert len(kept) <= 7 + 4 + 12


def test_one_that_cannot_be_restored_stays_until_a_newer_good_one_is_there() -> None:
    good, bad, later = named(START), named(START + timedelta(days=1)), named(START + timedelta(days=2))
    keeping = Keeping(daily=1, weekly=0, monthly=0)
    assert choose([good, bad], good=[good], bad=[bad], keeping=keeping) == []
    assert choose([good, bad, later], good=[good, later], bad=[bad], keeping=keeping) == [good, bad]


AHEAD = [START + timedelta(days=40_000 + day) for day in range(5)]
BEHIND = [datetime(1970, 1, 1 + day, tzinfo=UTC) for day in range(5)]
WRONG = {
    "the clock was ahead": (AHEAD, START + timedelta(days=5)),
    "the clock was in 1970": (BEHIND, START + timedelta(days=5)),
    "the clock is in 1970": (BEHIND, BEHIND[-1]),
}


@pytest.mark.parametrize("case", WRONG)
def test_backups_of_a_wrong_clock_and_others_do_not_displace_each_other(case: str) -> None:
    right = [named(START + timedelta(days=day)) for day in range(5)]
    times, now = WRONG[case]
    wrong = [named(at) for at in times]
    everything = [*right, *wrong]
    keeping = Keeping(daily=3, weekly=0, monthly=0)
    removable = choose(everything, good=everything, bad=(), keeping=keeping, now=now)
    assert removable == sorted([*right[:2], *wrong[:2]])


def test_the_one_that_was_restored_last_stays_whatever_its_date() -> None:
    right = [named(START + timedelta(days=day)) for day in range(5)]
    late = named(START - timedelta(days=300))
    everything = [late, *right]
    keeping = Keeping(daily=1, weekly=0, monthly=0)
    removable = choose(everything, good=everything, bad=(), keeping=keeping, last_good=str(late))
    assert removable == right[:-1]


@given(st.lists(st.tuples(st.integers(0, 4 * 366 * 24), st.sampled_from(["good", "bad", "unknown"])), max_size=60))
def test_the_newest_good_one_always_stays(made: list[tuple[int, str]]) -> None:
    verdicts = {named(START + timedelta(hours=hour)): verdict for hour, verdict in made}
    good = {name for name, verdict in verdicts.items() if verdict == "good"}
    bad = {name for name, verdict in verdicts.items() if verdict == "bad"}
    removable = choose(verdicts, good=good, bad=bad, keeping=Keeping(daily=1, weekly=0, monthly=0))
    assert not good or max(good) not in removable
    staying = sorted(set(verdicts) - set(removable), reverse=True)
    assert sum(name in bad for name in staying) <= 2
    since = [name for name in sorted(verdicts, reverse=True) if not good or name > max(good)]
    assert set(since[:2]) <= set(staying)


def test_days_that_were_not_tried_yet_stay_when_none_is_good() -> None:
    days, bad = [named(START + timedelta(days=day)) for day in range(5)], named(START + timedelta(days=9))
    keeping = Keeping(daily=4, weekly=0, monthly=0)
    assert choose([*days, bad], good=(), bad=[bad], keeping=keeping) == days[:1]
