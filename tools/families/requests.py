"""Which fields and words the requests of BMW's older families have, and how the SDK sends each of them.

Written down from documentation and clients, as `facts.py` is for the answers. A field's path has dots into JSON.
"""

from dataclasses import dataclass
from enum import StrEnum

_CAR = "/webapi/v1/user/vehicles/{vin}"
_REMOTE = "/api/vehicle/remoteservices/v1/{vin}"
NOT_SENT = ""
_SERVICES = (
    "CHARGE_NOW CHARGING_CONTROL CLIMATE_CONTROL CLIMATE_NOW DOOR_LOCK DOOR_UNLOCK HORN_BLOW LIGHT_FLASH "
    "VEHICLE_FINDER GET_ALL_IMAGES GET_PASSWORD_RESET_INFO GET_VEHICLES GET_VEHICLE_IMAGE GET_VEHICLE_STATUS "
    "LOCAL_SEARCH LOCAL_SEARCH_SUGGESTIONS LOGIN LOGOUT SEND_POI_TO_CAR START_CHARGING STOP_CHARGING "
    "START_PRECONDITIONING"
)


class Place(StrEnum):
    """Where in a request a field stands."""

    PATH = "path"
    QUERY = "query"
    FORM = "form"
    JSON = "JSON"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestField:
    """A field, what the SDK sends it by (NOT_SENT: it does not), and its words."""

    path: str
    place: Place
    sent_by: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """One request that takes something beside the car: its method and path, and its fields."""

    family: str
    name: str
    method: str
    path: str
    fields: tuple[RequestField, ...]


def _fields(place: Place, **sent_by: str) -> tuple[RequestField, ...]:
    return tuple(RequestField(path=path, place=place, sent_by=by) for path, by in sent_by.items())


def _field(path: str, place: Place, sent_by: str, words: str = "") -> RequestField:
    return RequestField(path=path, place=place, sent_by=sent_by, words=tuple(words.split()))


def _poi(**sent_by: str) -> tuple[RequestField, ...]:
    return tuple(_field(f"data.poi.{name}", Place.FORM, by) for name, by in sent_by.items())


REQUESTS = (
    RequestFacts(
        family="iremote",
        name="status",
        method="GET",
        path=f"{_CAR}/status",
        fields=_fields(
            Place.QUERY,
            deviceTime="the SDK's clock",
            dlat="`fetch_status(near=…)`",
            dlon="`fetch_status(near=…)`",
        ),
    ),
    RequestFacts(
        family="iremote",
        name="rangemap",
        method="GET",
        path=f"{_CAR}/rangemap",
        fields=_fields(Place.QUERY, deviceTime="the SDK's clock"),
    ),
    RequestFacts(
        family="iremote",
        name="image",
        method="GET",
        path=f"{_CAR}/image",
        fields=(
            *_fields(Place.QUERY, width="`fetch_image(width_px=…)`", height="`fetch_image(height_px=…)`"),
            _field(
                "view",
                Place.QUERY,
                "`fetch_image(view=…)`",
                "FRONTSIDE FRONT REARSIDE REAR SIDE DASHBOARD DRIVERDOOR REARBIRDSEYE",
            ),
        ),
    ),
    RequestFacts(
        family="iremote",
        name="executeService",
        method="POST",
        path=f"{_CAR}/executeService",
        fields=(
            _field("serviceType", Place.FORM, "each command, `execute(plain(…))`", _SERVICES),
            *_fields(
                Place.FORM,
                data="`set_charging_profile(…)`, `set_climate_timers(…)`",
                bmwSkAnswer="`unlock(secret_answer=…)`",
                count="`flash_lights(count=…)`",
            ),
        ),
    ),
    RequestFacts(
        family="iremote",
        name="serviceExecutionStatus",
        method="GET",
        path=f"{_CAR}/serviceExecutionStatus",
        fields=(_field("serviceType", Place.QUERY, "`fetch_execution(…)`", _SERVICES),),
    ),
    RequestFacts(
        family="iremote",
        name="sendpoi",
        method="POST",
        path=f"{_CAR}/sendpoi",
        fields=_poi(
            lat="`PointOfInterest.latitude_deg`",
            lon="`PointOfInterest.longitude_deg`",
            name="`PointOfInterest.name`, `TextMessage.subject`",
            additionalInfo="`PointOfInterest.additional_info`, `TextMessage.text`",
            street="`PointOfInterest.street`",
            city="`PointOfInterest.city`",
            postalCode="`PointOfInterest.postal_code`",
            country="`PointOfInterest.country`",
            website="`PointOfInterest.website`",
            phoneNumbers="`PointOfInterest.phone_numbers`",
            rating="always -1",
        ),
    ),
    RequestFacts(
        family="iremote",
        name="rsapi",
        method="POST",
        path="/remoteservices/rsapi/v1/{vin}/{code}",
        fields=(
            _field("code", Place.PATH, NOT_SENT, "RLF RDL RDU RHB RCN RCT"),
            _field("clientId", Place.JSON, NOT_SENT),
            _field("doorControl", Place.JSON, NOT_SENT, "LOCK"),
            _field("doorSelection", Place.JSON, NOT_SENT, "COMPLETE"),
            _field("rcnAction", Place.JSON, NOT_SENT, "START STOP"),
            *_fields(Place.JSON, number=NOT_SENT, pause=NOT_SENT, duration=NOT_SENT),
        ),
    ),
    RequestFacts(
        family="connecteddrive",
        name="dynamic",
        method="GET",
        path="/api/vehicle/dynamic/v1/{vin}",
        fields=_fields(Place.QUERY, offset="`fetch_dynamic(offset_min=…)`"),
    ),
    RequestFacts(
        family="connecteddrive",
        name="image",
        method="GET",
        path="/api/vehicle/image/v1/{vin}",
        fields=_fields(
            Place.QUERY,
            startAngle="`fetch_images(start_deg=…)`",
            stepAngle="`fetch_images(step_deg=…)`",
            width="`fetch_images(width_px=…)`",
        ),
    ),
    RequestFacts(
        family="connecteddrive",
        name="command",
        method="POST",
        path=f"{_REMOTE}/{{code}}",
        fields=(
            _field("code", Place.PATH, "each command, `execute(plain(…))`", "RLF RDL RDU RHB RCN RCT RCP"),
            *_fields(Place.JSON, weeklyPlanner="`set_charging_profile(…)`", twoTimeTimer="`set_charging_profile(…)`"),
        ),
    ),
    RequestFacts(
        family="connecteddrive",
        name="myinfo",
        method="POST",
        path="/api/vehicle/myinfo/v1",
        fields=_fields(
            Place.JSON, vins="`send_message(…)`", message="`TextMessage.text`", subject="`TextMessage.subject`"
        ),
    ),
    RequestFacts(
        family="connecteddrive",
        name="feed",
        method="POST",
        path="/api/me/service/feed/v1",
        fields=_fields(Place.JSON, url="`rest.add_feed(url=…)`", title="`rest.add_feed(title=…)`"),
    ),
    RequestFacts(
        family="connecteddrive",
        name="mapping",
        method="GET",
        path="/api/me/mapping/v4/status",
        fields=(_field("brand", Place.QUERY, "`rest.fetch_mapping()`", "BM"),),
    ),
    RequestFacts(
        family="connecteddrive",
        name="cars",
        method="GET",
        path="/api/me/vehicles/v2",
        fields=(_field("all", Place.QUERY, NOT_SENT), _field("brand", Place.QUERY, NOT_SENT, "BM")),
    ),
)
"""What both families are asked with, sign-in apart."""
