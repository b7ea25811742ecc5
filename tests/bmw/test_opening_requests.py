"""Which requests open a car: every word of every family that unlocks one, and no other."""

import pytest

from bimmerhub.bmw.connecteddrive.operations import OPERATIONS as PORTAL
from bimmerhub.bmw.iremote.operations import OPERATIONS as IREMOTE
from bimmerhub.bmw.mybmw.operations import OPERATIONS as MYBMW
from bimmerhub.bmw.operations.operation import Operation, Param
from bimmerhub.bmw.operations.operation_requests import opens_a_car, to_request

CHOICES = [
    (operation, param, choice)
    for table in (IREMOTE, PORTAL, MYBMW)
    for operation in table.values()
    if operation.changes
    for param in operation.params
    for choice in param.choices
]


@pytest.mark.parametrize(
    ("operation", "param", "choice"), CHOICES, ids=[f"{operation.name}-{choice}" for operation, _, choice in CHOICES]
)
def test_a_request_that_unlocks_is_known_as_one(operation: Operation, param: Param, choice: str) -> None:
    values: dict[str, object] = {
        other.name: other.choices[0] if other.choices else "1" for other in operation.params if other.is_required
    }
    request = to_request(operation, {**values, param.name: choice}, server_url="https://bmw.example", fillings={})
    assert opens_a_car(request) is ("unlock" in choice.lower() or choice == "RDU")


def test_every_family_that_takes_commands_can_unlock() -> None:
    wanted = {("execute-service", "DOOR_UNLOCK"), ("execute", "RDU"), ("command-v4", "door-unlock")}
    assert wanted <= {(operation.name, choice) for operation, _, choice in CHOICES}
