"""How My Garage can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _garage(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.MYGARAGE, summary=summary, seen=seen, value=value)


MYGARAGE_FAULTS = (
    _garage("referer-wanted-forward", "/bin/api/forward answers 403 without a Referer of the site", "notes of 2021"),
    _garage(
        "referer-wanted-services",
        "/bin/my-garage-services answers 403 without a Referer of the site",
        "notes of 2021; a collection of 2023 did without",
    ),
    _garage(
        "referer-wanted-mybmw",
        "/bin/mybmw answers 403 without a Referer of the site",
        "notes of 2021; a collection of 2023 did without",
    ),
    _garage("garage-tokens-refused", "My Garage refuses every token by 401", "clients 2021-2023"),
    _garage("garage-403", "My Garage answers 403, as for a session that has expired", "notes of 2021"),
    _garage("garage-500", "My Garage answers 500", "inferred"),
    _garage("garage-not-json", "My Garage answers 502 in HTML", "inferred"),
    _garage("garage-slow", "My Garage answers so many seconds later", "inferred", 5.0),
    _garage("forward-errors", "a forwarded request ends in errors, with status 200", "a stored answer's form"),
    _garage("recalls-open", "each car has so many open recalls", "inferred", 1.0),
    _garage("order-status", "the ordered car stands at this status code", "a list of codes, clients 2026", 112.0),
)
