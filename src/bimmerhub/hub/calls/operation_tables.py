"""The tables of operations, by family: those whose accounts the hub has, and those that are asked without one."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from bimmerhub.bmw.operations.operation import Operation, find_operation
from bimmerhub.errors import ConfigError

FAMILIES: Final[Mapping[str, str]] = {
    "cardata": "BMW's CarData: the official interface, for reading.",
    "iremote": "i Remote, of BMW's apps of 2014 to 2021.",
    "connecteddrive": "The ConnectedDrive portal, of the web pages of 2015 to 2021.",
    "mybmw": "The interface of the MyBMW app, since 2021.",
    "mygarage": "My Garage, the owners' site of North America.",
    "inventory": "The dealers' stock in the USA: bmwusa.com and miniusa.com.",
}
"""The families by their ids, and what each is."""


def operations_of(family: str) -> Mapping[str, Operation]:
    """Return a family's table; ConfigError when there is no such family."""
    if family not in FAMILIES:
        raise ConfigError(f"there is no family {family[:40]!r}", hint=f"Families: {', '.join(FAMILIES)}")
    table: Mapping[str, Operation] = import_module(f"bimmerhub.bmw.{family}.operations").OPERATIONS
    return table


def operation_of(family: str, name: str) -> Operation:
    """Return an operation of a family; ConfigError when there is none, with those that are spelt alike."""
    return find_operation(operations_of(family), name, family=family)
