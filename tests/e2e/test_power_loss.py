"""A loss of power, as a model of a disk makes it from what a real hub did: what it had told is there at the next start.

The long form is `python -m bench power-loss`.
"""

import pytest
from bench.disk.recorder import find_compiler
from bench.power_loss import measure


@pytest.mark.skipif(find_compiler() is None, reason="no C compiler for the recorder of file-system calls, or no Linux")
async def test_what_was_told_and_bmws_tokens_outlive_a_loss_of_power() -> None:
    figures = (await measure(states=60, seed=3, messages=60, renewals=1))["days"]
    assert figures["such_as"] == []
    assert (figures["readings_told"], figures["tokens_given"]) == (60, 2)
    assert figures["states"] >= 20
