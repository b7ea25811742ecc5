"""How the older services can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _remote(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.REMOTE, summary=summary, seen=seen, value=value)


REMOTE_FAULTS = (
    _remote("older-tokens-refused", "older families refuse every token by 401", "users 2018-2021"),
    _remote("older-500", "older families answer 500 INTERNAL SERVER ERROR", "users 2018-2021"),
    _remote("older-503", "older families answer 503", "clients 2018-2021"),
    _remote("older-403", "older families answer 403 without a body", "users 2020-2021"),
    _remote("older-not-json", "older families answer 502 in HTML", "inferred"),
    _remote("older-slow", "older families answer so many seconds later", "inferred", 5.0),
    _remote("mobile-access-disabled", "older families answer 405", "clients 2018-2021"),
    _remote("vehicle-unavailable", "older families answer 408", "clients 2018-2021"),
    _remote("account-locked", "older families answer 423", "clients 2018-2021"),
    _remote("too-many-requests", "older families answer 429", "clients 2018-2021"),
    _remote("car-slow", "a car does a command only after so many seconds", "users 2018-2021", 90.0),
    _remote("command-initiated", "polls show a command as INITIATED for so many seconds", "clients 2018-2020", 3.0),
    _remote("command-lags", "polls still tell of the command before for so many seconds", "inferred", 10.0),
    _remote("command-not-executed", "a command ends as not executed", "BMW's app; inferred when"),
    _remote("command-times-out", "a command is never delivered and times out", "BMW's app; inferred when"),
)
