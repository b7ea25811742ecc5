"""How CarData's REST API can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _rest(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.REST, summary=summary, seen=seen, value=value)


REST_FAULTS = (
    _rest("rest-500", "every call answers 500 CU-500", "clients 2025-2026"),
    _rest("rest-503", "every call answers 503 CU-503", "BMW guide"),
    _rest("rest-not-json", "the gateway before REST answers 502 in HTML", "inferred"),
    _rest("rest-slow", "every answer takes so many seconds more", "inferred", 5.0),
    _rest("tokens-refused", "every access token is refused by 401 CU-102", "users 2025-2026"),
    _rest(
        "bad-token-as-403",
        "bad tokens are refused by 403 CU-127 invalid_token instead of 401",
        "users 2025-2026",
    ),
    _rest("quota-as-429", "a spent quota is told by status 429 instead of 403", "users 2025-2026"),
    _rest("quota-rolls", "the quota counts the last 24 hours instead of the UTC day", "one client; unproven"),
    _rest("container-limit-as-403", "an eleventh container is refused by 403 instead of 400", "inferred"),
    _rest("deleted-as-inactive", "deleted containers are INACTIVE instead of DELETED", "BMW guide"),
    _rest("long-lists-forbidden", "a container of more keys than this is refused by 403 CU-403", "users 2026", 200.0),
    _rest(
        "history-page-broken",
        "each page of the charging history that holds the session of this number, newest first, is 500 CU-500",
        "clients 2025-2026",
        12.0,
    ),
    _rest("page-token-expired", "every nextToken is refused by 400 CU-125", "BMW guide"),
    _rest("all-null", "telematicData answers null for every key", "kvanbiesen/bmw-cardata-ha#408"),
    _rest("keys-absent", "telematicData leaves out keys without a value instead of null", "clients 2025-2026"),
    _rest("rest-behind", "telematicData is so many hours behind the stream", "users 2025-2026", 3.0),
    _rest("rest-in-miles", "telematicData has the odometer in miles, and says so", "kvanbiesen/bmw-cardata-ha#429"),
    _rest(
        "rest-odometer-in-miles",
        "telematicData has the odometer's number in miles, its unit says km",
        "kvanbiesen/bmw-cardata-ha#405",
    ),
    _rest("rest-no-unit", "telematicData has null for every unit", "clients 2025-2026"),
    _rest("mappings-wrapped", "mappings come inside an object", "clients 2025-2026"),
    _rest("mappings-single", "mappings are one bare object, the first car", "BMW swagger"),
    _rest("secondary-driver", "the account is SECONDARY for every car: data is CU-104", "users 2025-2026"),
    _rest("no-image", "there is no picture of any car: 404 CU-126", "users 2025-2026"),
    _rest("no-charging-settings", "location-based charging settings are 404 CU-127", "BMW guide"),
    _rest("no-tyre-data", "the tyre diagnosis is an empty skeleton", "clients 2025-2026"),
)
