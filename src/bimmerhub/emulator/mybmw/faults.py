"""How the MyBMW app's API can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _mybmw(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.MYBMW, summary=summary, seen=seen, value=value)


MYBMW_FAULTS = (
    _mybmw("unknown-keys-refused", "only the emulator's own subscription key is taken", "clients 2022-2025"),
    _mybmw("app-blocked", "every call with a good token is refused by 403 Blocked", "users since 2025-09-26"),
    _mybmw(
        "app-quota",
        "so many calls a day for each x-user-agent, then 403 with the time to wait as HH:MM:SS",
        "users 2022-2025",
        120.0,
    ),
    _mybmw(
        "app-too-fast",
        "calls of one x-user-agent that are less than so many seconds apart are 429",
        "users 2022-2025",
        1.0,
    ),
    _mybmw("app-obsolete", "apps of a version below this are refused by 403", "clients 2021-2025", 4.0),
    _mybmw("app-rate-limit", "429, and says to wait so many seconds", "users 2022-2025", 3.0),
    _mybmw("app-401-empty", "401 has no body", "a stored answer"),
    _mybmw("vehicle-busy", "commands are refused by 409 busy", "clients 2021-2025"),
    _mybmw("command-without-event", "commands answer 200 without a body", "clients 2021-2025"),
    _mybmw("app-error-as-200", "refusals have status 200 and tell the real one in statusCode", "evcc"),
)
