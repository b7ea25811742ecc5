"""Erasing a vehicle: what has to be confirmed, and what is said about it afterwards."""

from typing import Annotated

import msgspec

from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin
from bimmerhub.views.ports.cars import VehicleKeeping
from bimmerhub.views.viewer import Viewer

CONFIRMED_BY = 7
"""Characters of the VIN's end that a person has to give: those that the papers of a car call its short VIN."""


class ErasedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What went with an erased vehicle, and where it still is."""

    readings: int
    raw_messages: int
    refused: Annotated[int, msgspec.Meta(description="items of quarantine")]
    documents: int
    records: int
    is_space_back: Annotated[
        bool,
        msgspec.Meta(description="whether the disk has the space again; false: it is too full, new readings fill it"),
    ]
    backups: Annotated[
        list[str], msgspec.Meta(description="files that hold the vehicle, or may: encrypted, or made by the hub")
    ]
    seen_by: Annotated[
        list[str], msgspec.Meta(description="accounts that saw it: while BMW names it for one, it is met anew")
    ]


def confirms(vin: str, confirmation: str) -> bool:
    """Tell whether a text is the end of the VIN, and long enough."""
    return len(confirmation) >= CONFIRMED_BY and vin.endswith(confirmation.upper())


async def erase_vehicle(viewer: Viewer, keeping: VehicleKeeping, vin: Vin, *, confirmation: str) -> ErasedAnswer:
    """Erase a vehicle for good; ConfigError unless `confirmation` is the end of its VIN, at least 7 characters."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    if not confirms(vin, confirmation):
        raise ConfigError(
            "that is not the end of the vehicle's VIN, so nothing was erased",
            hint=f"Give its last {CONFIRMED_BY} characters.",
        )
    erased = await keeping.erase(vin)
    return ErasedAnswer(
        readings=erased.readings,
        raw_messages=erased.raw_messages,
        refused=erased.refused,
        documents=erased.documents,
        records=erased.records,
        is_space_back=erased.is_space_back,
        backups=list(erased.backups),
        seen_by=list(erased.seen_by),
    )
