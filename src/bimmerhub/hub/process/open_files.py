"""How many files and sockets this process may have open, and how many of them the web server's clients may take.

What is held back is for BMW, the database and the outputs: a stranger's idle sockets must not keep the hub from them.
"""

import sys
from contextlib import suppress
from typing import Final

if sys.platform != "win32":  # where nothing limits them
    import resource

HELD_BACK: Final = 256
"""Files for everything but the web server's clients."""

ENOUGH: Final = 16_384
"""More than this is not asked for: some programs a process starts close every number up to the limit."""

_FEWEST: Final = 32


def raise_open_files() -> int:
    """Return how many files this process may have open, once that is raised as far as it is allowed to."""
    if sys.platform == "win32":
        return ENOUGH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return ENOUGH
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if wanted > soft:
        with suppress(OSError, ValueError):  # macOS has a limit of its own below an infinite one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(int(resource.getrlimit(resource.RLIMIT_NOFILE)[0]), ENOUGH)


def connections_of(open_files: int, wanted: int) -> int:
    """Return how many connections the web server may have, of those `wanted`, in a process with so many open files."""
    held_back = min(HELD_BACK, open_files // 2)
    return max(min(wanted, open_files - held_back), _FEWEST)
