"""A short run of each fuzzer, and its corpus again; `python -m bench.fuzz` runs them for long."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bench.fuzz import run_fuzzer
from bench.fuzzing.corpora import FOLDER, corpus_file, read_corpus
from bench.fuzzing.fuzzer import Choices, Fuzzer, by_choices
from bench.fuzzing.targets import FUZZERS

ROUNDS = 200
QUICK = sorted(set(FUZZERS) - {"stream messages", "telematicData"})  # those two have a longer run of their own
CORPUS_BYTES = 25_000


@pytest.mark.parametrize("name", QUICK)
def test_whatever_comes_is_a_value_or_an_error_of_ours(name: str) -> None:
    seed = random.randrange(2**32)
    with FUZZERS[name]() as fuzzer:
        for data in (*read_corpus(name), *fuzzer.seeds, b""):
            fuzzer.read(data)
        for number in range(ROUNDS):
            fuzzer.round(random.Random(f"{seed} {number}"))


def test_every_corpus_is_some_fuzzers_and_small() -> None:
    assert set(FOLDER.iterdir()) <= {corpus_file(name) for name in FUZZERS}
    assert all(file.stat().st_size <= CORPUS_BYTES for file in FOLDER.iterdir())


@contextmanager
def broken() -> Iterator[Fuzzer]:
    def fail(_: random.Random) -> None:
        raise ValueError("found")

    yield by_choices(fail)


def test_a_find_is_reported_with_the_round_that_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUZZERS, "settings", broken)
    finding = run_fuzzer("settings", 7, 1.0)
    assert finding["failed_round"] == "7 settings 0"
    assert "ValueError: found" in finding["trace"]


def test_bytes_make_the_choices_of_a_round() -> None:
    choices = Choices(bytes(range(200)))
    drawn = [choices.choice("abcdefgh"), choices.randrange(1000), choices.random(), choices.randbytes(3)]
    again = Choices(bytes(range(200)))
    assert [again.choice("abcdefgh"), again.randrange(1000), again.random(), again.randbytes(3)] == drawn
    assert all(0 <= choices.random() < 1 for _ in range(200))
    assert (Choices(b"").choice("ab"), Choices(b"").randrange(5, 9)) == ("a", 5)
