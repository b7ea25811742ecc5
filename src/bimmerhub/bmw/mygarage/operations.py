"""Every operation of My Garage, as data: the client, `call`, commands and collections go by this table.

Names and order of the first ones are those of the public collection of requests (2023). Words in braces of a default:
{vin} of the car, {gcid} and {group_id} (its base64) of the account, {brand} as BMW writes it here. What is marked ? has
no model of ours: its answer is raw JSON. How Canada's recalls are asked for is not known.
Sources: that collection, stored answers and public notes of 2021, a client of 2026.
"""

from typing import Final

from bimmerhub.bmw.mygarage.endpoints import (
    AUTHENTICATE_PATH,
    CODE_RECEIVER_PATH,
    HOSTS,
    NHTSA,
    SCOPES,
    SITE,
    GarageBrand,
)
from bimmerhub.bmw.operations.operation import SIGN_IN, Operation, Param

SIGN_IN_GROUP: Final = "Authentication"
GARAGE_GROUP: Final = "My Garage"
INOPERATIVE_GROUP: Final = "INOP"
SERVICES_PATH: Final = "/bin/my-garage-services"
FORWARD_PATH: Final = "/bin/api/forward"
WARRANTY_PATH: Final = "/bin/mybmw/warranty-and-service"

_VIN: Final = Param(name="vin", place="query", key="vin", default="{vin}", is_required=True)
_VIN_IN_PATH: Final = Param(name="vin", place="path", key="vin", default="{vin}", is_required=True)
_GCID: Final = Param(name="gcid", place="query", key="gcid", default="{gcid}")
_BRAND: Final = Param(name="brand", place="query", key="brand", default="{brand}")
_MAPPING: Final = (
    Param(name="brand", place="query", key="brand", default="BM"),
    Param(name="property", place="query", key="property", default="relationship"),
)

_ALL: Final = (
    Operation(
        name="authenticate",
        group=SIGN_IN_GROUP,
        title="Authenticate My Garage",
        method="POST",
        path=AUTHENTICATE_PATH,
        evidence="D",
        params=(
            Param(name="client_id", place="body", key="client_id", is_required=True),
            Param(
                name="redirect_uri",
                place="body",
                key="redirect_uri",
                default=HOSTS[GarageBrand.BMW] + CODE_RECEIVER_PATH,
            ),
            Param(name="response_type", place="body", key="response_type", default="token"),
            Param(name="scope", place="body", key="scope", default=" ".join(SCOPES)),
            Param(name="username", place="body", key="username", is_required=True),
            Param(name="password", place="body", key="password", is_required=True),
            Param(name="state", place="body", key="state", default=f"{HOSTS[GarageBrand.BMW]}/"),
        ),
        body="form",
        accept="*/*",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        note="Answers 302; the token is in the address, which is not to be followed. Today the page has a captcha too.",
    ),
    Operation(
        name="recalls",
        group=GARAGE_GROUP,
        title="Recalls",
        path=f"{SERVICES_PATH}/recalls",
        evidence="?",
        note="Of the car that the Authorization names; the form of the answer is not known.",
    ),
    Operation(
        name="mapping",
        group=GARAGE_GROUP,
        title="Mapping",
        path=f"{SERVICES_PATH}/connected-drive/mapping",
        evidence="?",
        params=_MAPPING,
        note="How car and owner belong together; the form of the answer is not known.",
    ),
    Operation(
        name="nhtsa-recalls",
        group=GARAGE_GROUP,
        title="NHTSA Recalls",
        path="/safetyrecall/resources/v1/api/bmwusa/vin/{vin}",
        evidence="D",
        params=(_VIN_IN_PATH, Param(name="api_key", place="query", key="bmwusa_api_key", is_required=True)),
        is_signed=False,
        server=NHTSA,
        note="Internal, with a key of BMW's own that is the user's setting; get-recalls needs none.",
    ),
    Operation(
        name="warranty",
        group=GARAGE_GROUP,
        title="Warranty and Service",
        path=WARRANTY_PATH,
        evidence="F",
        params=(
            _VIN,
            Param(name="mileage", place="query", key="mileage", kind="number", default="999999"),
            Param(name="location_id", place="query", key="locationID", default="01"),
            Param(name="center_code", place="query", key="centerCode", default="36760"),
            Param(name="is_mpu_eligible", place="query", key="isMpuEligible", kind="bool", default="false"),
        ),
        is_signed=False,
    ),
    Operation(
        name="offers",
        group=GARAGE_GROUP,
        title="Subscription Offers",
        path=f"{SERVICES_PATH}/offers",
        evidence="?",
        params=(_BRAND,),
        note="The form of the answer is not known.",
    ),
    Operation(
        name="value-services",
        group=GARAGE_GROUP,
        title="Value Service",
        path="/content/dam/mybmw/value-service/valueService.json",
        evidence="F",
        is_signed=False,
    ),
    Operation(
        name="find-vehicle-resource",
        group=GARAGE_GROUP,
        title="Endpoints",
        path="/content/dam/mybmw/resources/managevehicles/findVehicleByVIN",
        evidence="?",
        accept="*/*",
        is_signed=False,
        note="Of the public collection; it is no address of the site, and any answer may come.",
    ),
    Operation(
        name="dealer",
        group="Dealers",
        title="Dealers",
        path="/api/dealers/maco/{zip}",
        evidence="C",
        params=(Param(name="zip_code", place="path", key="zip", default="90210", is_required=True),),
        is_signed=False,
        server=SITE,
    ),
    Operation(
        name="vehicle-profile",
        group=INOPERATIVE_GROUP,
        title="Vehicle Profile",
        path=FORWARD_PATH,
        evidence="D",
        params=(
            _GCID,
            Param(
                name="target",
                place="query",
                key="targetURL",
                default="/mybmw/resources/vehicleprofile/getvehicleProfile",
            ),
            _VIN,
        ),
        note="The public collection says that it no longer works.",
    ),
    Operation(
        name="phone-number",
        group=INOPERATIVE_GROUP,
        title="CD",
        path="/bin/mybmw/cd",
        evidence="?",
        params=(_VIN, Param(name="target", place="query", key="target", default="getPhoneNumber")),
        note="The public collection says that it no longer works; the form of the answer is not known.",
    ),
    Operation(
        name="security-question",
        group=INOPERATIVE_GROUP,
        title="Security Question",
        path=f"{SERVICES_PATH}/connected-drive/mapping",
        evidence="?",
        params=_MAPPING,
        note="The same as mapping, where the question was looked for.",
    ),
    Operation(
        name="get-recalls",
        group=GARAGE_GROUP,
        title="Get Recalls",
        path="/bin/mybmw/getRecalls",
        evidence="F",
        params=(Param(name="target", place="query", key="targetVin", default="/vin/{vin}"),),
        is_signed=False,
    ),
    Operation(
        name="warranty-by-group",
        group=GARAGE_GROUP,
        title="Warranty and Service (2021)",
        path=WARRANTY_PATH,
        evidence="F",
        params=(Param(name="group_id", place="query", key="groupId", default="{group_id}"), _VIN),
    ),
    Operation(
        name="targets",
        group=GARAGE_GROUP,
        title="Endpoints.json",
        path="/content/dam/mybmw/endpoints/Endpoints.json",
        evidence="D",
        is_signed=False,
    ),
    Operation(
        name="forward",
        group=GARAGE_GROUP,
        title="Forward (2021)",
        path=FORWARD_PATH,
        evidence="F",
        params=(
            Param(name="group_id", place="query", key="groupId", default="{group_id}"),
            Param(name="target", place="query", key="targetURL", is_required=True),
            _GCID,
            Param(name="brand", place="query", key="Brand", default="BMWAUTO"),
            Param(name="vin", place="query", key="vin", default="{vin}"),
            Param(name="colour_code", place="query", key="colorCode"),
            Param(name="upholstery_code", place="query", key="upholsteryCode"),
            Param(name="line_make_id", place="query", key="lineMakeId", default="1"),
            Param(name="prod_num", place="query", key="prodNum"),
        ),
        note="The targets are those of Endpoints.json; some change the garage.",
    ),
    Operation(
        name="service-forward",
        group=GARAGE_GROUP,
        title="Forward (2026)",
        path=f"{SERVICES_PATH}/forward",
        evidence="C",
        params=(
            Param(name="target", place="query", key="target", is_required=True),
            _BRAND,
            _GCID,
            Param(name="relationships", place="query", key="relationships", default="TRACK"),
            Param(name="market", place="query", key="market", default="US"),
            Param(name="start_angle_deg", place="query", key="startAngle", kind="number"),
            Param(name="step_angle_deg", place="query", key="stepAngle", kind="number"),
        ),
        note="Targets are those of a car's profile, /bmw-us/profile/{number}-{vin}/core, and of its links.",
    ),
)
OPERATIONS: Final = {operation.name: operation for operation in _ALL}
"""By name, in the order of the public collection; what it did not have comes last."""
