"""The value services: what a workshop does at a fixed price (a stored answer of the site)."""

_KINDS = (
    (1, "Oil Change", "oilchange"),
    (2, "Micro Filter", "microfilter"),
    (3, "Brake Pads and Sensor, Front", "brakepadsfront"),
    (4, "Brake Pads and Sensor, Rear", "brakepadsrear"),
    (5, "Brake Discs, Pads and Sensor, Front", "brakediscsfront"),
    (6, "Brake Discs, Pads and Sensor, Rear", "brakediscsrear"),
    (7, "Wiper Blades", "wiperblades"),
    (8, "Engine Air Filter", "airfilter"),
    (9, "Spark Plugs", "sparkplugs"),
    (19, "Coolant Pump", None),
)


def list_value_services() -> dict[str, object]:
    """Return all services; the last one has empty texts, as at BMW."""
    return {
        "Status": 1,
        "Message": "",
        "Result": {"Services": [_service(number, name, picture) for number, name, picture in _KINDS]},
    }


def _service(number: int, name: str, picture: str | None) -> dict[str, object]:
    return {
        "Id": number,
        "Name": name,
        "ImageUrl": "" if picture is None else f"/content/images/valueservice/bmw/{picture}.jpg",
        "ImageDescription": "" if picture is None else name,
        "Price": 0,
        "AgCode": None,
        "DealerId": 0,
        "Description": "" if picture is None else f"<p>{name} with original parts.</p>",
    }
