"""The services of CarData, which a person switches on one by one in BMW's portal, and what it costs to lack one.

BMW's guide calls the two independent: a client may have either one alone. A motorcycle, for one, streams nothing.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum


class CarDataService(StrEnum):
    """A service of BMW's portal; each one that is switched on adds a scope to the sign-in."""

    API = "api"
    STREAM = "stream"


TITLES: Mapping[CarDataService, str] = {CarDataService.API: "CarData API", CarDataService.STREAM: "CarData Stream"}
"""What BMW's portal calls them."""

COSTS: Mapping[CarDataService, str] = {
    CarDataService.API: "no REST call is made: no models, pictures or charging history, no values that are not "
    "streamed, and a car appears when it first sends something",
    CarDataService.STREAM: "nothing comes live; the hub asks BMW for values as often as the day's 50 calls allow",
}
"""How a sentence goes on that begins with "Without CarData API ...": what it costs to lack the service."""


def missing_services(services: Collection[CarDataService]) -> tuple[CarDataService, ...]:
    """Return the services that are not among these, in the order of the portal."""
    return tuple(service for service in CarDataService if service not in services)


def how_to_add(service: CarDataService, *, account: str | None = None) -> str:
    """Return what a person does to have the service too: BMW adds services only at a sign-in (users 2025-2026).

    `account` is the name of the account to sign in again, None where no name is known (in the SDK).
    """
    login = "bimmerhub login" if account is None else f"bimmerhub login --account {account}"
    return f"Switch on {TITLES[service]} for this client in BMW's portal, wait a minute, then: {login}"
