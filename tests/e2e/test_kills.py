"""Killed at some of its steps and at random moments, each operation loses nothing and leaves nothing behind.

`python -m bench kills` is the long one: every step, a thousand rounds each.
"""

import json
from pathlib import Path
from typing import Final

import pytest
from bench.kills import OPERATIONS
from tests.forked_command import FORKS

ROUNDS = {"import": 6, "live": 8, "migration": 9, "restore": 18, "move": 24, "backup": 8}
KILL: Final = """
import json, sys
from pathlib import Path
sys.path.insert(0, checkout)
from bench.kills import main
Path(figures).write_text(json.dumps(main(["--only", name, "--rounds", str(rounds)])))
"""
"""Done in a process that has no threads."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_lost_and_nothing_left_by_kill_9(tmp_path: Path, name: str) -> None:
    figures, checkout = tmp_path / "figures", str(Path(__file__).parents[2])
    names = {"name": name, "rounds": ROUNDS[name], "figures": str(figures), "checkout": checkout}
    process = FORKS.Process(target=exec, args=(KILL, names))
    process.start()
    process.join()
    tally = json.loads(figures.read_text())[name]
    assert (tally["such_as"], tally["rounds"]) == ([], ROUNDS[name])
    assert tally["killed_before_a_step"] >= ROUNDS[name] // 3
    assert len(tally["outcomes"]) > 1
