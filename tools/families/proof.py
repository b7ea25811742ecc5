"""By what each field is proven to follow the simulated car; tests/families has the proofs."""

from collections.abc import Mapping

from tools.families.app_truth import APP_BEV_TOUCHES, APP_PHEV_TOUCHES
from tools.families.endpoint_facts import EndpointFacts
from tools.families.portal_truth import PORTAL_BEV_TOUCHES, PORTAL_PHEV_TOUCHES
from tools.families.truth import BEV_TOUCHES, PHEV_TOUCHES, Touch

_BY_THE_CAR = {
    "vehicles": "vin model driveTrain statisticsAvailable chargingUpdateMode",
    "status": "vin",
    "navigation": "driveTrain",
    "cars": "vin modelName basicType driveTrain hasRex",
    "image": "url",
    "vehicle-list": "mappingInfos[].vin",
    "profile": "vin model brand driveTrain",
    **{
        f"vehicles-{version}": "vin attributes.model attributes.brand attributes.driveTrain" for version in ("v4", "v2")
    },
    "vehicles-v1": "vin model driveTrain",
}
_BY_THE_DISPLAY = {"dynamic": "unitOfLength unitOfElectricConsumption unitOfCombustionConsumption"}
_BY_THE_REGION = {"vehicles": "hub", "cars": "modelYearNA"}
_BY_ITS_OPENING = {"dynamic": "rear_window"}
_BY_ITS_TELLING = {
    "status": "updateTime internalDataTimeUTC updateReason",
    "dynamic": (
        "updateTime updateTime_converted updateTime_converted_date updateTime_converted_time "
        "updateTime_converted_timestamp lastUpdateReason lsc_trigger"
    ),
    "state": "lastUpdatedAt lastFetched",
    "state-v2": "lastUpdatedAt lastFetched",
    "vehicles-v1": "properties.lastUpdatedAt status.lastUpdatedAt status.timestampMessage",
}
_BY_A_COMMAND = {
    "executionStatus": "serviceType status eventId extendedStatus.result",
    "serviceExecutionHistory": "initiatedAt serviceType status client",
    "remoteServiceEvent": "remoteServiceType remoteServiceStatus eventId created lastUpdate",
    "history": "creationTime remoteServiceType status",
    "command": "eventId creationTime",
    "eventStatus": "eventStatus",
    "eventStatus-v4": "rsEventStatus",
    "remote-history": "type status dateTime",
}
_BY_ITS_LOCK = {
    "state": "isLscSupported",
    "state-v2": "isLscSupported",
    "vehicles-v1": (
        "isLscSupported capabilities.lastStateCall.lscState capabilities.lastStateCall.isNonLscFeatureEnabled "
        "capabilities.lock.isEnabled"
    ),
    **dict.fromkeys(
        ("capabilities", "capabilities-v2"),
        "lock lastStateCallState vehicleStateSource isNonLscFeatureEnabled isRemoteHistorySupported",
    ),
}


def _named(fields: Mapping[str, str], proof: str) -> dict[str, str]:
    return {f"{answer}.{field}": proof for answer, names in fields.items() for field in names.split()}


BESIDE_TOUCHES: Mapping[str, str] = {
    "vehicles.doorLock": "`equipment.abilities.lock`",
    "capabilities.remoteServices.doorLock.state": "`equipment.abilities.lock`",
    **_named(_BY_ITS_LOCK, "`equipment.abilities.lock`"),
    **_named(_BY_THE_CAR, "which car it is"),
    **_named(_BY_THE_DISPLAY, "whether it shows miles"),
    **_named(_BY_THE_REGION, "the account's region"),
    **_named(_BY_ITS_OPENING, "the command `open`"),
    **_named(_BY_ITS_TELLING, "when and why the car told its state"),
    **_named(_BY_A_COMMAND, "a command"),
}
"""What is no single value of the truth."""
TOUCHES: Mapping[str, tuple[Touch, ...]] = {
    "iremote": (*BEV_TOUCHES, *PHEV_TOUCHES),
    "connecteddrive": (*PORTAL_BEV_TOUCHES, *PORTAL_PHEV_TOUCHES),
    "mybmw": (*APP_BEV_TOUCHES, *APP_PHEV_TOUCHES),
}
"""By family."""


def proof_of(facts: EndpointFacts, field: str) -> str:
    """Return what of the car a field follows; "" for one that is the same for every simulated car."""
    name = f"{facts.name}.{field}"
    touches = [touch for touch in TOUCHES[facts.family] if name in touch.moves]
    touch = next((touch for touch in touches if name in touch.reads), touches[0] if touches else None)
    return BESIDE_TOUCHES.get(name, "") if touch is None else f"`{touch.path}`"
