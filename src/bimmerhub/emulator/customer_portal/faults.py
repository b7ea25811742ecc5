"""How the customer archive can be odd: as archives of 2019 were."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _archive(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.ARCHIVE, summary=summary, seen=seen, value=value)


ARCHIVE_FAULTS = (
    _archive("archive-without-keys", "this share of rows has a title, but no key", "BMW archive of 2019", 0.2),
    _archive("archive-null-texts", "this share of values is null, as text", "BMW archive of 2019", 0.05),
    _archive("archive-odd-units", "units are spelt otherwise: WGS84, kpa, m for minutes", "BMW archive of 2019"),
)
