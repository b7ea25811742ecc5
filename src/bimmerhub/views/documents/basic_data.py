"""What a car is, as BMW says it: every field of its basicData."""

from typing import Annotated

import msgspec

from bimmerhub.domain.documents import BASIC_DATA
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin, vin_end
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import cut, members_of
from bimmerhub.views.fields import SOURCE_NAMES, Time
from bimmerhub.views.viewer import Viewer

Cell = str | int | float | bool | None


class BasicDataAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All of BMW's basicData of one car."""

    vin: str
    fetched_at: Time
    source: str
    fields: Annotated[
        dict[str, Cell | list[Cell]],
        msgspec.Meta(
            description="by BMW's names; fields differ from car to car. reessNominalCapacityGross is in ampere hours"
        ),
    ]


async def view_basic_data(viewer: Viewer, documents: StoredDocuments, vin: Vin) -> BasicDataAnswer:
    """Return what BMW said last; NotFound when it was never asked."""
    viewer.require_vehicle(vin)
    document = await documents.document(vin, BASIC_DATA)
    if document is None:
        hint = f"Ask now: bimmerhub fetch {vin_end(vin)} basic-data"
        raise NotFound("BMW has not been asked yet what this car is", hint=hint)
    members = members_of(document.body).of
    return BasicDataAnswer(
        vin=vin,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
        fields={name: _to_field(value) for name, value in members.items()},
    )


def _to_field(value: object) -> Cell | list[Cell]:
    """Return a member as it is; what is nested deeper (never seen in basicData) as JSON text."""
    if value is None or isinstance(value, str | int | float | bool):
        return cut(value)
    if isinstance(value, list):
        return [_to_cell(item) for item in value]
    return _to_cell(value)


def _to_cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return cut(value)
    return cut(msgspec.json.encode(value).decode())
