"""A short run of each fuzzer of what BMW sends; `bench.fuzzing` runs them for long."""

import random
from collections.abc import Callable

import pytest
from bench.fuzzing.wire import ROUNDS
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("fuzz", ROUNDS, ids=lambda fuzz: fuzz.__name__)
@settings(max_examples=600)
@given(seed=st.integers(0, 2**32))
def test_whatever_comes_is_read_or_refused(fuzz: Callable[[random.Random], None], seed: int) -> None:
    fuzz(random.Random(seed))
