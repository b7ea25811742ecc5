"""How the customer portal can be odd: archives as those of 2019, and a catalogue of another month."""

from bimmerhub.emulator.faults.fault import SHARE, Area, Fault


def _portal(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.PORTAL, summary=summary, seen=seen, value=value, values=SHARE)


PORTAL_FAULTS = (
    _portal("archive-without-keys", "this share of the archive's rows has no key", "BMW archive of 2019", 0.2),
    _portal("archive-null-texts", "this share of the archive's values is null, as text", "BMW archive of 2019", 0.05),
    _portal("archive-odd-units", "the archive spells units otherwise: WGS84, kpa", "BMW archive of 2019"),
    _portal("catalogue-changed", "the public catalogue has a key more and one less; one has another unit", "inferred"),
)
