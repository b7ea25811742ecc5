"""What a running hub was started by, for a person who has to start it again: nobody else can do that for them."""

import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Final

ANYHOW: Final = "as you started it before, such as bimmerhub run, systemctl start NAME or docker start NAME"
"""What can be said where the system tells nothing of another process."""

_PROC: Final = Path("/proc")
_UNIT: Final = re.compile(r"([^/]+\.service)/?")
_USERS_OWN: Final = re.compile(r"user@\d+\.service$")
_LONGEST: Final = 1_000
"""Characters of a command line that a person can still read."""


def spell_start(pid: int) -> str:
    """Return how the process can be started again, in words: by its own command line, and the service that it is in.

    Another program's service may have started it, such as cron's, so both are said. A process that is gone, or a system
    that does not tell (all but Linux), gives `ANYHOW`.
    """
    process = _PROC / str(pid)
    with suppress(OSError, ValueError):
        words = (process / "cmdline").read_bytes().decode().split("\0")
        line = shlex.join(words[:-1])  # each word ends with a zero
        if not line or len(line) > _LONGEST:
            return ANYHOW
        by_hand = f"in {(process / 'cwd').readlink()}: {line}"
        service = service_of((process / "cgroup").read_text("ascii"))
        return by_hand if service is None else f"{service} (it ran in that service); or {by_hand}"
    return ANYHOW


def service_of(cgroups: str) -> str | None:
    """Return the command that starts a service of systemd, which names its control group after it; None for no service.

    What a person starts in a terminal is in a scope of its session, below the service of the user's own systemd.
    """
    for line in cgroups.splitlines():
        path = line.rpartition(":")[2]
        parts = path.strip("/").split("/")
        match = _UNIT.fullmatch(parts[-1])
        if match is None or _USERS_OWN.search(parts[-1]):
            continue
        is_users = any(_USERS_OWN.search(part) for part in parts[:-1])
        return f"systemctl {'--user ' if is_users else ''}start {match[1]}"
    return None
