"""Why a call is planned, and why it waits, in the words that `bimmerhub quota` prints behind it."""

from functools import lru_cache

from bimmerhub.times import MINUTE_MS, spell_duration

NEVER_ASKED = "not asked before"
ONCE = "once for each car"
CATCHES_UP = "catches up after the stream was away"
IN_THE_WAY = "they count to BMW's ten containers"

SPENT = "the hub's calls of today are spent"
FOR_VALUES = "today's other calls are for values"
NEW_DAY = "a new day has just begun"


@lru_cache(maxsize=64)  # planning a day says the same few periods hundreds of times
def every(period_ms: int) -> str:
    """Return the reason of a call that comes at its period, which is told in whole minutes."""
    return f"every {spell_duration(period_ms // MINUTE_MS * MINUTE_MS)}"


def shared(reason: str, *, calls: int) -> str:
    """Return the reason of a call that comes less often than wished, because all cars have so many a day."""
    return f"{reason}: the cars share {calls} calls a day"


def again(reason: str, *, failures: int) -> str:
    """Return the reason of a call that waits after so many failures, or after a refusal (0)."""
    return but(reason, f"again after {failures} failed" if failures else "BMW refused it")


def but(reason: str, wait: str) -> str:
    """Return the reason of a call with that of its wait."""
    return f"{reason}; {wait}"
