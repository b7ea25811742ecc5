"""Every operation of i Remote, as data: the client, `call`, commands and collections go by this table.

Words in braces of a default: {device_time} (YYYY-MM-DDTHH:MM:SS, UTC). What is marked ? has no model of ours: its
answer is raw JSON. That the portal's paths are answered here with the same token is inferred from clients.
Sources: documentation of i Remote (2014-2015), stored answers, clients 2018-2021.
"""

from typing import Final

from bimmerhub.bmw.iremote.endpoints import API_PATH, GCDM_TOKEN_PATH
from bimmerhub.bmw.iremote.service_types import ServiceType
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.bmw.operations.operation import SIGN_IN, Evidence, Operation, Param

RSAPI_PATH: Final = "/remoteservices/rsapi/v1"
RS_CODES: Final = ("RLF", "RDL", "RDU", "RHB", "RCN", "RCT")
_VEHICLE_PATH: Final = f"{API_PATH}/user/vehicles/{{vin}}"
_MYINFO_PATH: Final = "/api/vehicle/myinfo/v1/send"
_VIN: Final = Param(name="vin", place="path", key="vin", is_required=True)
_DEVICE_TIME: Final = Param(name="device_time", place="query", key="deviceTime", default="{device_time}")
_SERVICE_TYPES: Final = tuple(service_type.value for service_type in ServiceType)


def _car(name: str, title: str, end: str, *params: Param, evidence: Evidence = "F", note: str = "") -> Operation:
    """Return a question about a car."""
    path = _VEHICLE_PATH + end
    return Operation(
        name=name, group="Vehicle", title=title, path=path, evidence=evidence, params=(_VIN, *params), note=note
    )


def _twin(name: str, title: str, path: str) -> Operation:
    """Return a question that the portal answers as well."""
    return Operation(name=name, group="As the portal", title=title, path=path, evidence="C", params=(_VIN,))


_ALL: Final = (
    Operation(
        name="token",
        group="Authentication",
        title="Token",
        method="POST",
        path=GCDM_TOKEN_PATH,
        evidence="F",
        params=(
            Param(name="grant_type", place="body", key="grant_type", default="password"),
            Param(name="username", place="body", key="username", is_required=True),
            Param(name="password", place="body", key="password", is_required=True),
            Param(name="scope", place="body", key="scope", default="authenticate_user vehicle_data remote_services"),
        ),
        body="form",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        note="With HTTP Basic of the app's key and secret; until September 2018 at /webapi/oauth/token/.",
    ),
    Operation(
        name="vehicles",
        group="Vehicles",
        title="Vehicles",
        path=f"{API_PATH}/user/vehicles",
        evidence="F",
    ),
    _car("vehicle", "Vehicle", "", evidence="C"),
    _car(
        "status",
        "Status",
        "/status",
        _DEVICE_TIME,
        Param(name="latitude_deg", place="query", key="dlat", kind="number"),
        Param(name="longitude_deg", place="query", key="dlon", kind="number"),
        note="All but i cars want to know where the asker is: 0.0 for both will do.",
    ),
    _car("last-trip", "Last Trip", "/statistics/lastTrip"),
    _car("all-trips", "All Trips", "/statistics/allTrips"),
    _car("charging-profile", "Charging Profile", "/chargingprofile"),
    _car("destinations", "Destinations", "/destinations"),
    _car("range-map", "Range Map", "/rangemap", _DEVICE_TIME),
    Operation(
        name="image",
        group="Vehicle",
        title="Image",
        path=f"{_VEHICLE_PATH}/image",
        evidence="F",
        params=(
            _VIN,
            Param(name="width_px", place="query", key="width", kind="number", default="800"),
            Param(name="height_px", place="query", key="height", kind="number", default="600"),
            Param(
                name="view",
                place="query",
                key="view",
                default=ImageView.FRONTSIDE.value,
                choices=tuple(view.value for view in ImageView),
            ),
        ),
        accept="image/png",
    ),
    Operation(
        name="execute-service",
        group="Services",
        title="Execute Service",
        method="POST",
        path=f"{_VEHICLE_PATH}/executeService",
        evidence="F",
        params=(
            _VIN,
            Param(name="service", place="body", key="serviceType", is_required=True, choices=_SERVICE_TYPES),
            Param(name="count", place="body", key="count", kind="number"),
            Param(name="secret_answer", place="body", key="bmwSkAnswer"),
            Param(name="profile", place="body", key="data"),
        ),
        body="form",
        changes=True,
        note="count is of LIGHT_FLASH, secret_answer of DOOR_UNLOCK, profile (JSON text) of CHARGING_CONTROL.",
    ),
    _car(
        "service-status",
        "Service Execution Status",
        "/serviceExecutionStatus",
        Param(name="service", place="query", key="serviceType", is_required=True, choices=_SERVICE_TYPES),
        note="Of the newest service of that type.",
    ),
    _car("service-history", "Service Execution History", "/serviceExecutionHistory"),
    Operation(
        name="send-poi",
        group="Services",
        title="Send POI",
        method="POST",
        path=f"{_VEHICLE_PATH}/sendpoi",
        evidence="D",
        params=(_VIN, Param(name="data", place="body", key="data", is_required=True)),
        body="form",
        changes=True,
        note="data is a JSON text. The documentation names the field `body`, the clients that worked sent `data`.",
    ),
    _twin("dynamic", "Dynamic", "/api/vehicle/dynamic/v1/{vin}"),
    _twin("navigation", "Navigation", "/api/vehicle/navigation/v1/{vin}"),
    _twin("efficiency", "Efficiency", "/api/vehicle/efficiency/v1/{vin}"),
    _twin("limited", "Limited State", "/api/vehicle/v2/{vin}"),
    Operation(name="messages", group="As the portal", title="Messages", path=_MYINFO_PATH, evidence="?"),
    Operation(
        name="send-message",
        group="As the portal",
        title="Send Message",
        method="POST",
        path=_MYINFO_PATH,
        evidence="C",
        params=(
            Param(name="vins", place="body", key="vins", kind="json", is_required=True),
            Param(name="text", place="body", key="message", is_required=True),
            Param(name="subject", place="body", key="subject", is_required=True),
        ),
        body="json",
        changes=True,
    ),
    Operation(
        name="mapping",
        group="As the portal",
        title="Mapping",
        path="/api/me/mapping/v4/status",
        evidence="?",
        params=(Param(name="brand", place="query", key="brand", default="BM"),),
    ),
    Operation(
        name="rs-execute",
        group="Remote services",
        title="Remote Service",
        method="POST",
        path=f"{RSAPI_PATH}/{{vin}}/{{code}}",
        evidence="C",
        params=(
            _VIN,
            Param(name="code", place="path", key="code", is_required=True, choices=RS_CODES),
            Param(name="document", place="body", key="", kind="json", default="{}"),
        ),
        body="json",
        changes=True,
        note='Documents: RDL {"clientId":2,"doorControl":"LOCK"}, RCN {"rcnAction":"START"}, '
        'RLF and RHB {"number":2,"pause":1,"duration":1}.',
    ),
    Operation(
        name="rs-state",
        group="Remote services",
        title="Remote Service State",
        path=f"{RSAPI_PATH}/{{vin}}/state/execution",
        evidence="C",
        params=(_VIN,),
        note="Of the car's newest command.",
    ),
)
OPERATIONS: Final = {operation.name: operation for operation in _ALL}
"""By name."""
