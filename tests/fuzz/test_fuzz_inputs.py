"""A short run of each fuzzer of answers and files; `python -m bench.fuzz` runs them for long."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from bench.fuzz import FUZZERS, run_fuzzer

ROUNDS = 200
QUICK = sorted(set(FUZZERS) - {"stream messages", "telematicData"})  # those two have a longer run of their own


@pytest.mark.parametrize("name", QUICK)
def test_whatever_comes_is_a_value_or_an_error_of_ours(name: str) -> None:
    seed = random.randrange(2**32)
    with FUZZERS[name]() as one_round:
        for number in range(ROUNDS):
            one_round(random.Random(f"{seed} {number}"))


@contextmanager
def broken() -> Iterator[Callable[[random.Random], None]]:
    def fail(_: random.Random) -> None:
        raise ValueError("found")

    yield fail


def test_a_find_is_reported_with_the_round_that_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUZZERS, "settings", broken)
    finding = run_fuzzer("settings", 7, 1.0)
    assert finding["failed_round"] == "7 settings 0"
    assert "ValueError: found" in finding["trace"]
