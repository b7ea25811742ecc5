"""BMW CarData for a service provider: many owners who consented, in one store.

>>> async with Provider(client_id=CLIENT_ID, owners=OwnerFolder("owners"), purpose=PURPOSE) as provider:
...     for outcome in await provider.read_all():
...         print(outcome.owner.label, len(outcome.readings), outcome.revocations, outcome.error)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.cardata.provider.invitation import Invitation
    from bimmerhub.bmw.cardata.provider.owner import Consent, OwnerRecord, Purpose, Revocation, RevocationReason
    from bimmerhub.bmw.cardata.provider.owner_store import OwnerBusy, OwnerFolder, OwnerStore, Seal, StoredOwners
    from bimmerhub.bmw.cardata.provider.owner_streams import OwnerEvent, OwnerFailed, OwnerLink, OwnerReading
    from bimmerhub.bmw.cardata.provider.provider import OwnerOutcome, Provider

__all__ = [
    "Consent",
    "Invitation",
    "OwnerBusy",
    "OwnerEvent",
    "OwnerFailed",
    "OwnerFolder",
    "OwnerLink",
    "OwnerOutcome",
    "OwnerReading",
    "OwnerRecord",
    "OwnerStore",
    "Provider",
    "Purpose",
    "Revocation",
    "RevocationReason",
    "Seal",
    "StoredOwners",
]

_HOMES = {
    "Consent": "owner",
    "Invitation": "invitation",
    "OwnerBusy": "owner_store",
    "OwnerEvent": "owner_streams",
    "OwnerFailed": "owner_streams",
    "OwnerFolder": "owner_store",
    "OwnerLink": "owner_streams",
    "OwnerOutcome": "provider",
    "OwnerReading": "owner_streams",
    "OwnerRecord": "owner",
    "OwnerStore": "owner_store",
    "Provider": "provider",
    "Purpose": "owner",
    "Revocation": "owner",
    "RevocationReason": "owner",
    "Seal": "owner_store",
    "StoredOwners": "owner_store",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; the settings of a hub are read without the clients."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
