"""Whether a process is still there, told by its number."""

import os


def is_alive(pid: int) -> bool:
    """Tell whether a process of that number runs; True also when it is somebody else's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
