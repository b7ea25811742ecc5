"""How long something takes or has taken, in words."""

from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_UNITS = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))


def spell_duration(duration_ms: int) -> str:
    """Return `3 d 4 h`, `3 h 12 min`, `4 min 10 s` or `12 s`: the largest unit and the one below; 0 s at least."""
    rest_ms = max(0, duration_ms)
    for place, (unit_ms, word) in enumerate(_UNITS):
        if rest_ms >= unit_ms or unit_ms == SECOND_MS:
            whole, rest_ms = divmod(rest_ms, unit_ms)
            below = _UNITS[place + 1 : place + 2]
            parts = rest_ms // below[0][0] if below else 0
            return f"{whole} {word} {parts} {below[0][1]}" if parts else f"{whole} {word}"
    return "0 s"
