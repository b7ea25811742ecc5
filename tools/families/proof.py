"""By what each field is proven to follow the simulated car; tests/families has the proofs."""

from collections.abc import Mapping

from tools.families.facts import EndpointFacts
from tools.families.truth import BEV_TOUCHES, PHEV_TOUCHES

_BY_THE_CAR = "vin model driveTrain climateFunction statisticsAvailable statisticsCommunityEnabled"
_BY_ITS_TELLING = "updateTime internalDataTimeUTC updateReason"
_BY_A_COMMAND = ("executionStatus.status", "serviceExecutionHistory.serviceType", "serviceExecutionHistory.status")
BESIDE_TOUCHES: Mapping[str, str] = {
    **{f"vehicles.{field}": "which car it is" for field in _BY_THE_CAR.split()},
    "vehicles.doorLock": "`equipment.abilities.lock`",
    "status.vin": "which car it is",
    **{f"status.{field}": "when and why the car told its state" for field in _BY_ITS_TELLING.split()},
    **dict.fromkeys(_BY_A_COMMAND, "a command"),
}
"""What is no single value of the truth."""


def proof_of(facts: EndpointFacts, field: str) -> str:
    """Return what of the car a field follows; "" for one that is the same for every simulated car."""
    name = f"{facts.name}.{field}"
    touches = [touch for touch in (*BEV_TOUCHES, *PHEV_TOUCHES) if name in touch.moves]
    touch = next((touch for touch in touches if name in touch.reads), touches[0] if touches else None)
    return BESIDE_TOUCHES.get(name, "") if touch is None else f"`{touch.path}`"
