"""BMW's ConnectedDrive portal (2015-2021): sign-in, cars, their state, and commands to them. BMW has switched it off.

>>> async with ConnectedDrive(tokens=TokenFile(path), endpoints=Endpoints(api_url=URL, app=App(...))) as portal:
...     await portal.sign_in(BmwLogin(username=USERNAME, password=PASSWORD))
...     car = await portal.fetch_vehicle()
...     print((await car.fetch_dynamic()).attributes.soc_percent)
...     async for progress in car.flash_lights():
...         print(progress.state)

Not sanctioned by BMW, and probably against its terms: at your own risk; an account can be blocked.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.answers.cockpit_answers import Efficiency, Navigation
    from bimmerhub.bmw.answers.cockpit_dynamic import Dynamic
    from bimmerhub.bmw.answers.field_readings import FieldReadings
    from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile
    from bimmerhub.bmw.car_commands.commands import CommandKind, CommandProgress, CommandState
    from bimmerhub.bmw.connecteddrive.client import ConnectedDrive, Vehicle
    from bimmerhub.bmw.connecteddrive.endpoints import App, Endpoints, Region
    from bimmerhub.bmw.connecteddrive.models import (
        CarImage,
        Country,
        ListedVehicle,
        PastCommand,
        RemoteStatus,
        SentMessage,
        ServiceGroup,
        ServicePartner,
        Specs,
    )
    from bimmerhub.bmw.connecteddrive.remote_services import RemoteRequest
    from bimmerhub.bmw.connecteddrive.rest import ConnectedDriveRest
    from bimmerhub.bmw.connecteddrive.words import RemoteCode
    from bimmerhub.bmw.gcdm.by_password import BmwLogin
    from bimmerhub.bmw.tokens.token_file import TokenFile
    from bimmerhub.bmw.tokens.token_set import TokenStore
    from bimmerhub.domain.command_order import CommandOrder, TextMessage

__all__ = [
    "App",
    "BmwLogin",
    "CarImage",
    "ChargingProfile",
    "CommandKind",
    "CommandOrder",
    "CommandProgress",
    "CommandState",
    "ConnectedDrive",
    "ConnectedDriveRest",
    "Country",
    "Dynamic",
    "Efficiency",
    "Endpoints",
    "FieldReadings",
    "ListedVehicle",
    "Navigation",
    "PastCommand",
    "Region",
    "RemoteCode",
    "RemoteRequest",
    "RemoteStatus",
    "SentMessage",
    "ServiceGroup",
    "ServicePartner",
    "Specs",
    "TextMessage",
    "TokenFile",
    "TokenStore",
    "Vehicle",
]

_HOMES = {
    "App": "bimmerhub.bmw.connecteddrive.endpoints",
    "BmwLogin": "bimmerhub.bmw.gcdm.by_password",
    "CarImage": "bimmerhub.bmw.connecteddrive.models",
    "ChargingProfile": "bimmerhub.bmw.car_commands.charging_profile",
    "CommandKind": "bimmerhub.bmw.car_commands.commands",
    "CommandOrder": "bimmerhub.domain.command_order",
    "CommandProgress": "bimmerhub.bmw.car_commands.commands",
    "CommandState": "bimmerhub.bmw.car_commands.commands",
    "ConnectedDrive": "bimmerhub.bmw.connecteddrive.client",
    "ConnectedDriveRest": "bimmerhub.bmw.connecteddrive.rest",
    "Country": "bimmerhub.bmw.connecteddrive.models",
    "FieldReadings": "bimmerhub.bmw.answers.field_readings",
    "Dynamic": "bimmerhub.bmw.answers.cockpit_dynamic",
    "Efficiency": "bimmerhub.bmw.answers.cockpit_answers",
    "Endpoints": "bimmerhub.bmw.connecteddrive.endpoints",
    "ListedVehicle": "bimmerhub.bmw.connecteddrive.models",
    "Navigation": "bimmerhub.bmw.answers.cockpit_answers",
    "PastCommand": "bimmerhub.bmw.connecteddrive.models",
    "Region": "bimmerhub.bmw.connecteddrive.endpoints",
    "RemoteCode": "bimmerhub.bmw.connecteddrive.words",
    "RemoteStatus": "bimmerhub.bmw.connecteddrive.models",
    "RemoteRequest": "bimmerhub.bmw.connecteddrive.remote_services",
    "SentMessage": "bimmerhub.bmw.connecteddrive.models",
    "ServiceGroup": "bimmerhub.bmw.connecteddrive.models",
    "ServicePartner": "bimmerhub.bmw.connecteddrive.models",
    "Specs": "bimmerhub.bmw.connecteddrive.models",
    "TextMessage": "bimmerhub.domain.command_order",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "TokenStore": "bimmerhub.bmw.tokens.token_set",
    "Vehicle": "bimmerhub.bmw.connecteddrive.client",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; nothing is imported before it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
