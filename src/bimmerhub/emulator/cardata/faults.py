"""How CarData's REST API can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import AMOUNT, COUNT, ORDINAL, Area, Fault, FaultValues


def _rest(name: str, summary: str, seen: str, value: float | None = None, *, values: FaultValues = AMOUNT) -> Fault:
    return Fault(name=name, area=Area.REST, summary=summary, seen=seen, value=value, values=values)


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
    _rest("quota-resets-late", "the day's calls come back so many minutes after midnight UTC", "inferred", 10.0),
    _rest(
        "quota-told-late",
        "a spent quota is told so many seconds after the call",
        "inferred",
        5.0,
    ),
    _rest(
        "retry-after",
        "refusals ask to wait so many seconds, in Retry-After (sign-in too)",
        "inferred",
        604_800.0,
        values=FaultValues(most=1e12),
    ),
    _rest("retry-after-endless", "refusals have a Retry-After of 5,000 digits (sign-in too)", "inferred"),
    _rest("retry-after-date", "refusals have a Retry-After in the year 9999 (sign-in too)", "inferred"),
    _rest("date-far", "the header Date is in the year 9999 (sign-in too)", "inferred"),
    _rest("container-refused", "telematicData is 403 CU-105 whatever the container", "users 2025-2026"),
    _rest("car-refused", "the car of this number in the mappings is 403 CU-104", "users 2026", 1.0, values=ORDINAL),
    _rest("car-500", "the car of this number in the mappings is 500 CU-500", "inferred", 1.0, values=ORDINAL),
    _rest("container-limit-as-400", "an eleventh container is refused by 400 instead of 403", "inferred"),
    _rest(
        "container-500",
        "a container is 500 CU-500 as long as charging.level is in its list",
        "openWB/core discussion 3420",
    ),
    _rest("deleted-as-inactive", "deleted containers are INACTIVE instead of DELETED", "BMW guide"),
    _rest(
        "long-lists-forbidden",
        "a container of more keys than this is refused by 403 CU-403",
        "users 2026",
        200.0,
        values=COUNT,
    ),
    _rest(
        "history-page-broken",
        "each page of the charging history that holds the session of this number, newest first, is 500 CU-500",
        "clients 2025-2026",
        12.0,
        values=ORDINAL,
    ),
    _rest("history-with-costs", "the charging history is as before guide v1.5: with costs", "BMW guide before v1.5"),
    _rest("page-token-expired", "every nextToken is refused by 400 CU-125", "BMW guide"),
    _rest("all-null", "telematicData answers null for every key", "kvanbiesen/bmw-cardata-ha#408"),
    _rest("telematic-as-list", "telematicData is a list of entries, each with its name", "BMW guide; not seen"),
    _rest(
        "telematic-as-item",
        "telematicData is one entry with its name",
        "BMW guide; not seen",
    ),
    _rest("keys-absent", "telematicData leaves out keys without a value instead of null", "clients 2025-2026"),
    _rest("rest-behind", "telematicData is so many hours behind the stream", "users 2025-2026", 3.0),
    _rest("rest-in-miles", "telematicData has the odometer in miles, and says so", "kvanbiesen/bmw-cardata-ha#429"),
    _rest(
        "rest-odometer-in-miles",
        "telematicData has the odometer's number in miles, its unit says km",
        "kvanbiesen/bmw-cardata-ha#405",
    ),
    _rest("rest-no-unit", "telematicData has null for every unit", "clients 2025-2026"),
    _rest("rest-odd-units", "telematicData spells units otherwise: WGS84, kpa, m for minutes", "BMW archive of 2019"),
    _rest("rest-millis", "every time of telematicData has milliseconds", "clients 2025-2026"),
    _rest(
        "rest-null-beside-good",
        "of keys that tell one thing the first is null with a newer time; hvStatus is INVALID as of the call",
        "evcc-io/evcc#26235, #30938",
    ),
    _rest(
        "rest-no-value-texts",
        "telematicData says null, -, n/a or NaN, as text, for no value",
        "users 2025-2026",
    ),
    _rest(
        "rest-zeros-for-absent",
        "total range, battery size and weekly distance are 0, the size as 0.0",
        "JustChr/BavarianData#53",
    ),
    _rest(
        "check-control-null",
        "no Check Control message is null with a time, instead of an empty list",
        "JustChr/BavarianData 0.9.14",
    ),
    _rest("mappings-wrapped", "mappings come inside an object", "clients 2025-2026"),
    _rest("mappings-single", "mappings are one bare object, the first car", "BMW swagger"),
    _rest(
        "mappings-item-broken",
        "the item of this number in the mappings has null for its VIN",
        "inferred",
        1.0,
        values=ORDINAL,
    ),
    _rest("data-null", "charging history and settings have null in place of their list", "inferred"),
    _rest("odd-numbers", "numbers of charging history and settings are huge, below zero or NaN as text", "inferred"),
    _rest(
        "long-texts",
        "the car's model and the ids of its places are texts of this length",
        "inferred",
        1_000_000.0,
        values=FaultValues(most=10_000_000, is_whole=True),
    ),
    _rest("settings-in-a-ring", "after the last page of the charging settings the first comes again", "inferred"),
    _rest(
        "image-odd",
        "the picture is HTML (1), JSON (2), null (3) or nothing (4), with status 200",
        "inferred",
        1.0,
        values=FaultValues(choices=(1, 2, 3, 4)),
    ),
    _rest("secondary-driver", "the account is SECONDARY for every car: data is CU-104", "users 2025-2026"),
    _rest("no-image", "there is no picture of any car: 404 CU-126", "users 2025-2026"),
    _rest("no-charging-settings", "location-based charging settings are 404 CU-127", "BMW guide"),
    _rest("no-tyre-data", "the tyre diagnosis is an empty skeleton", "clients 2025-2026"),
)
