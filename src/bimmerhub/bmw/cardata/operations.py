"""Every REST operation of CarData, as data: `call`, the collections and a check of the client go by this table.

Words in braces of a default: {now} and {history_start}, which is 45 days before (ISO 8601, UTC): as far as one call
reaches. Each call is one of the day's quota.
Source: BMW's customer API swagger v1, corrected by what clients observed 2025-2026.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.cardata.answers import bodies
from bimmerhub.bmw.operations.operation import Evidence, Operation, Param

_VEHICLE_PATH: Final = "/customers/vehicles/{vin}"
_CONTAINERS_PATH: Final = "/customers/containers"
_CONTAINER_PATH: Final = f"{_CONTAINERS_PATH}/{{container_id}}"
_VIN: Final = Param(name="vin", place="path", key="vin", is_required=True)
_CONTAINER: Final = Param(name="container_id", place="path", key="container_id", is_required=True)
_NEXT: Final = Param(name="next_token", place="query", key="nextToken")


def _car(name: str, title: str, end: str, *params: Param, evidence: Evidence = "F", note: str = "") -> Operation:
    path = _VEHICLE_PATH + end
    return Operation(
        name=name, group="Vehicles", title=title, path=path, evidence=evidence, params=(_VIN, *params), note=note
    )


_ALL: Final = (
    Operation(
        name="mappings",
        group="Vehicles",
        title="Mappings",
        path="/customers/vehicles/mappings",
        evidence="F",
        note="Which cars the account has.",
    ),
    _car("basic-data", "Basic Data", "/basicData"),
    _car(
        "telematic-data",
        "Telematic Data",
        "/telematicData",
        Param(name="container_id", place="query", key="containerId", is_required=True),
        note="The last known values of a container's descriptors.",
    ),
    _car(
        "charging-history",
        "Charging History",
        "/chargingHistory",
        Param(name="since", place="query", key="from", default="{history_start}"),
        Param(name="until", place="query", key="to", default="{now}"),
        _NEXT,
        note="Ten sessions a page; at most 45 days.",
    ),
    Operation(
        name="image",
        group="Vehicles",
        title="Image",
        path=f"{_VEHICLE_PATH}/image",
        evidence="F",
        params=(_VIN,),
        accept="*/*",
    ),
    _car("tyre-diagnosis", "Tyre Diagnosis", "/smartMaintenanceTyreDiagnosis"),
    _car("charging-settings", "Charging Settings", "/locationBasedChargingSettings", _NEXT, evidence="D"),
    Operation(name="containers", group="Containers", title="Containers", path=_CONTAINERS_PATH, evidence="F"),
    Operation(
        name="create-container",
        group="Containers",
        title="Create Container",
        method="POST",
        path=_CONTAINERS_PATH,
        evidence="F",
        params=(
            Param(name="name", place="body", key="name", is_required=True),
            Param(name="purpose", place="body", key="purpose", is_required=True),
            Param(name="descriptors", place="body", key="technicalDescriptors", kind="json", is_required=True),
        ),
        body="json",
        changes=True,
        note="BMW keeps ten; deleted ones count for 29 days.",
    ),
    Operation(
        name="container",
        group="Containers",
        title="Container",
        path=_CONTAINER_PATH,
        evidence="F",
        params=(_CONTAINER,),
    ),
    Operation(
        name="delete-container",
        group="Containers",
        title="Delete Container",
        method="DELETE",
        path=_CONTAINER_PATH,
        evidence="F",
        params=(_CONTAINER,),
        changes=True,
    ),
)
OPERATIONS: Final = {operation.name: operation for operation in _ALL}
"""By name."""
LEDGER_WORDS: Final[Mapping[str, str]] = {
    "mappings": bodies.MAPPINGS,
    "basic-data": "basicData",
    "telematic-data": "telematicData",
    "charging-history": bodies.CHARGING_HISTORY,
    "image": bodies.IMAGE,
    "tyre-diagnosis": "tyre diagnosis",
    "charging-settings": bodies.CHARGING_SETTINGS,
    "containers": bodies.CONTAINERS,
    "create-container": "create container",
    "container": "container",
    "delete-container": "delete container",
}
"""What the quota's ledger calls an operation, whoever sends it."""
