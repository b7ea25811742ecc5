"""Every operation of the ConnectedDrive portal, as data: the client, `call`, commands and collections go by this table.

What is marked ? has no model of ours: its answer is raw JSON.
Sources: clients of the portal, 2015-2021; stored answers.
"""

from typing import Final

from bimmerhub.bmw.connecteddrive.endpoints import COUNTRIES_PATH, DISPATCH_URL, IMPLICIT_PATH, SCOPES
from bimmerhub.bmw.connecteddrive.words import RemoteCode
from bimmerhub.bmw.operations.operation import SIGN_IN, Evidence, Operation, Param

GENERIC: Final = "generic"
"""The server of the portal of no country."""
_REMOTE_PATH: Final = "/vehicle/remoteservices"
_MYINFO_PATH: Final = "/vehicle/myinfo/v1"
_VIN: Final = Param(name="vin", place="path", key="vin", is_required=True)


def _car(
    name: str, title: str, path: str, *params: Param, evidence: Evidence, group: str = "Vehicle", note: str = ""
) -> Operation:
    """Return a question about a car."""
    return Operation(
        name=name, group=group, title=title, path=path, evidence=evidence, params=(_VIN, *params), note=note
    )


_ALL: Final = (
    Operation(
        name="authenticate",
        group="Authentication",
        title="Authenticate",
        method="POST",
        path=IMPLICIT_PATH,
        evidence="F",
        params=(
            Param(name="client_id", place="body", key="client_id", is_required=True),
            Param(name="redirect_uri", place="body", key="redirect_uri", default=DISPATCH_URL),
            Param(name="response_type", place="body", key="response_type", default="token"),
            Param(name="scope", place="body", key="scope", default=" ".join(SCOPES)),
            Param(name="username", place="body", key="username", is_required=True),
            Param(name="password", place="body", key="password", is_required=True),
            Param(name="state", place="body", key="state", is_required=True),
            Param(name="locale", place="body", key="locale"),
        ),
        body="form",
        accept="*/*",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        note="Answers 302; the token is in the address, which is not to be followed.",
    ),
    Operation(
        name="countries",
        group="Authentication",
        title="Countries",
        path=COUNTRIES_PATH,
        evidence="C",
        is_signed=False,
        server=GENERIC,
    ),
    Operation(
        name="vehicles",
        group="Vehicles",
        title="Vehicles",
        path="/me/vehicles/v2",
        evidence="F",
        params=(
            Param(name="all", place="query", key="all", kind="bool"),
            Param(name="brand", place="query", key="brand"),
        ),
    ),
    _car(
        "dynamic",
        "Dynamic",
        "/vehicle/dynamic/v1/{vin}",
        Param(name="offset_min", place="query", key="offset", kind="number", default="0"),
        evidence="F",
        note="offset is UTC minus local time, in minutes; it shifts the `_converted` texts only.",
    ),
    _car("limited", "Limited State", "/vehicle/v2/{vin}", evidence="C"),
    _car("navigation", "Navigation", "/vehicle/navigation/v1/{vin}", evidence="F"),
    _car("efficiency", "Efficiency", "/vehicle/efficiency/v1/{vin}", evidence="F"),
    _car("specs", "Technical Data", "/vehicle/specs/v1/{vin}", evidence="F"),
    _car("services", "Booked Services", "/vehicle/service/v1/{vin}", evidence="C"),
    _car("service-partner", "Dealer", "/vehicle/servicepartner/v1/{vin}", evidence="C"),
    _car(
        "images",
        "Images",
        "/vehicle/image/v1/{vin}",
        Param(name="start_angle_deg", place="query", key="startAngle", kind="number", default="0"),
        Param(name="step_angle_deg", place="query", key="stepAngle", kind="number", default="10"),
        Param(name="width_px", place="query", key="width", kind="number", default="780"),
        evidence="C",
        note="Where the pictures around the car are.",
    ),
    _car(
        "charging-profile",
        "Charging Profile",
        f"{_REMOTE_PATH}/chargingprofile/v1/{{vin}}",
        evidence="C",
        group="Remote services",
    ),
    Operation(
        name="execute",
        group="Remote services",
        title="Remote Service",
        method="POST",
        path=f"{_REMOTE_PATH}/v1/{{vin}}/{{code}}",
        evidence="F",
        params=(
            _VIN,
            Param(
                name="code",
                place="path",
                key="code",
                is_required=True,
                choices=tuple(code.value for code in RemoteCode),
            ),
            Param(name="document", place="body", key="", kind="json"),
        ),
        body="json",
        changes=True,
        note="RCP takes a charging profile as document, the others none (inferred).",
    ),
    _car(
        "state-execution",
        "State of Execution",
        f"{_REMOTE_PATH}/v1/{{vin}}/state/execution",
        evidence="F",
        group="Remote services",
        note="Of the newest command.",
    ),
    _car("history", "History", f"{_REMOTE_PATH}/v1/{{vin}}/history", evidence="C", group="Remote services"),
    Operation(name="messages", group="Messages", title="Messages", path=_MYINFO_PATH, evidence="C"),
    Operation(
        name="send-message",
        group="Messages",
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
        name="add-feed",
        group="Services",
        title="Add News Feed",
        method="POST",
        path="/me/service/feed/v1",
        evidence="C",
        params=(
            Param(name="url", place="body", key="url", is_required=True),
            Param(name="title", place="body", key="title", is_required=True),
        ),
        body="json",
        changes=True,
    ),
    _car("map-update", "Map Update", "/me/service/mapupdate/download/v1/{vin}", evidence="?", group="Services"),
    _car("offers", "Offers", "/store/v2/{vin}/offersAndPortfolios", evidence="?", group="Services"),
    Operation(
        name="mapping",
        group="Services",
        title="Mapping",
        path="/me/mapping/v4/status",
        evidence="?",
        params=(Param(name="brand", place="query", key="brand", default="BM"),),
    ),
)
OPERATIONS: Final = {operation.name: operation for operation in _ALL}
"""By name."""
