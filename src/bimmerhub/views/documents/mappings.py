"""How each car is mapped to each account, and since when, as BMW told it last."""

from typing import Annotated

import msgspec

from bimmerhub.domain.documents import MAPPING, Document
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.documents.members import members_of
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.accounts import AccountLinks
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.viewer import Viewer


class MappingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One car of one account."""

    vin: str
    account: Annotated[
        str | None, msgspec.Meta(description="local name; null for an account that is not here any more")
    ]
    type: Annotated[str | None, msgspec.Meta(description="PRIMARY or SECONDARY; BMW gives data to the primary user")]
    mapped_since: Annotated[str | None, msgspec.Meta(description="as BMW wrote it, ISO 8601")]
    unmapped_at: Annotated[
        Time | None, msgspec.Meta(description="when BMW first left the car out for the account; null: it names it")
    ]
    fetched_at: Time


async def view_mappings(
    viewer: Viewer, documents: StoredDocuments, vehicles: VehicleStates, accounts: AccountLinks
) -> Page[MappingAnswer]:
    """Return the mapping of every car to every account, in order of VIN."""
    viewer.require_owner()
    names = {account.gcid: account.name for account in await accounts.accounts() if account.gcid is not None}
    rows = []
    for vehicle in vehicles.vehicles():
        if viewer.may_see(vehicle.vin):
            stored = await documents.documents(vehicle.vin, MAPPING)
            rows += [_describe(vehicle, names.get(document.natural_key), document) for document in stored]
    return Page(items=rows, next=None)


def _describe(vehicle: Vehicle, account: str | None, document: Document) -> MappingAnswer:
    mapping = members_of(document.body)
    seen = next((seen for seen in vehicle.accounts if seen.account == account), None)
    return MappingAnswer(
        vin=vehicle.vin,
        account=account,
        type=mapping.text("mappingType"),
        mapped_since=mapping.text("mappedSince"),
        unmapped_at=None if seen is None else format_optional_time(seen.unmapped_at_ms),
        fetched_at=format_time(document.fetched_at_ms),
    )
