"""What every fuzzer is: one round by chance, and one input of bytes, which a coverage-guided fuzzer chooses.

A round that draws its choices from `random.Random` reads bytes by drawing them from `Choices` instead, so that a small
change of the bytes is a small change of the round.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from bench.fuzzing.mutation import mutated

Round = Callable[[random.Random], None]
Read = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzer:
    """An opened fuzzer; both fail with an AssertionError, or with whatever the code under test should not raise."""

    round: Round
    read: Read
    seeds: tuple[bytes, ...] = ()


Opening = Callable[[], AbstractContextManager[Fuzzer]]


class Choices(random.Random):
    """Chance that is read from bytes; after their end it always chooses the first."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data = data
        self._at = 0

    def random(self) -> float:
        return self._next(2) / 65_536

    def getrandbits(self, k: int, /) -> int:
        return self._next((k + 7) // 8) & ((1 << k) - 1)

    def _next(self, size: int) -> int:
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part, "little")


def by_choices(round_: Round) -> Fuzzer:
    """Return the fuzzer of a round that makes its input by chance."""
    return Fuzzer(round=round_, read=lambda data: round_(Choices(data)))


def of_documents(read: Read, seeds: Sequence[bytes]) -> Fuzzer:
    """Return the fuzzer of a reader, whose rounds are seeds with a few bytes changed."""
    return Fuzzer(round=lambda rng: read(mutated(rng, rng.choice(seeds))), read=read, seeds=tuple(seeds))


def opening(fuzzer: Fuzzer) -> Opening:
    """Return how a fuzzer is opened that needs nothing."""

    @contextmanager
    def opened() -> Iterator[Fuzzer]:
        yield fuzzer

    return opened


def opening_round(opened: Callable[[], AbstractContextManager[Round]]) -> Opening:
    """Return how the fuzzer of a round is opened that needs something around it."""

    @contextmanager
    def open_fuzzer() -> Iterator[Fuzzer]:
        with opened() as round_:
            yield by_choices(round_)

    return open_fuzzer
