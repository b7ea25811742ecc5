"""A hub whose machine is set back by ten years in the midst of it, and right again, goes on as if it were not.

`python -m bench clock-jumps` is the long one: ten moments, both directions, seconds to years.
"""

from pathlib import Path

from bench.clock_jumps import SIZES_MS, jump


async def test_a_hub_outlives_a_clock_that_is_set_while_it_stores(keys_dir: Path) -> None:
    assert await jump("commit", -SIZES_MS["years"], keys_dir) is None
