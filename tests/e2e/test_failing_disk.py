"""A disk that is full or broken at some write: nothing is lost or half-done, it is said, and works with room again.

The long form, at every write and of a living hub too, is `python -m bench full-disk`.
"""

import errno

import pytest
from bench.disk.recorder import find_compiler
from bench.disk.trials import Fault
from bench.full_disk import measure

FAULTS = (Fault(number=errno.ENOSPC, is_lasting=True), Fault(number=errno.EIO, is_lasting=False))


@pytest.mark.skipif(find_compiler() is None, reason="no C compiler to have file-system calls fail, or no Linux")
async def test_a_disk_that_fails_while_a_command_writes_costs_nothing() -> None:
    figures = await measure(step=60, names=("restore", "import"), faults=FAULTS)
    assert {name: task["such_as"] for name, task in figures.items()} == {name: [] for name in figures}
    assert all(task["faults"] >= 2 for task in figures.values())
