"""BMW's i Remote (2014-2021): sign-in, cars, their state, and commands to them. BMW has switched it off.

>>> async with IRemote(tokens=TokenFile(path), endpoints=Endpoints(api_url=URL, app=App(key=KEY))) as iremote:
...     await iremote.sign_in(BmwLogin(username=USERNAME, password=PASSWORD))
...     car = await iremote.fetch_vehicle()
...     print((await car.fetch_status()).soc_percent)
...     async for progress in car.flash_lights(count=2):
...         print(progress.state)

Not sanctioned by BMW, and probably against its terms: at your own risk; an account can be blocked.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.answers.field_readings import FieldReadings
    from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile
    from bimmerhub.bmw.car_commands.commands import CommandKind, CommandProgress, CommandState
    from bimmerhub.bmw.gcdm.by_password import AppKey, BmwLogin
    from bimmerhub.bmw.iremote.auth import read_credentials
    from bimmerhub.bmw.iremote.client import IRemote, Vehicle
    from bimmerhub.bmw.iremote.endpoints import App, Endpoints, Region
    from bimmerhub.bmw.iremote.models import (
        AllTrips,
        Destination,
        ExecutionStatus,
        LastTrip,
        ListedVehicle,
        RangeMap,
        ServiceExecution,
        VehicleStatus,
    )
    from bimmerhub.bmw.iremote.range_map import to_geojson
    from bimmerhub.bmw.iremote.rest import IRemoteRest
    from bimmerhub.bmw.iremote.rsapi import STOP_CLIMATE, RsCode, RsDetail, RsEvent, RsStatus
    from bimmerhub.bmw.iremote.service_types import ServiceRequest, ServiceType
    from bimmerhub.bmw.tokens.token_file import TokenFile
    from bimmerhub.bmw.tokens.token_set import TokenStore
    from bimmerhub.domain.command_order import CommandOrder, PointOfInterest, TextMessage

__all__ = [
    "STOP_CLIMATE",
    "AllTrips",
    "App",
    "AppKey",
    "BmwLogin",
    "ChargingProfile",
    "CommandKind",
    "CommandOrder",
    "CommandProgress",
    "CommandState",
    "Destination",
    "Endpoints",
    "ExecutionStatus",
    "FieldReadings",
    "IRemote",
    "IRemoteRest",
    "LastTrip",
    "ListedVehicle",
    "PointOfInterest",
    "RangeMap",
    "Region",
    "RsCode",
    "RsDetail",
    "RsEvent",
    "RsStatus",
    "ServiceExecution",
    "ServiceRequest",
    "ServiceType",
    "TextMessage",
    "TokenFile",
    "TokenStore",
    "Vehicle",
    "VehicleStatus",
    "read_credentials",
    "to_geojson",
]

_HOMES = {
    "AllTrips": "bimmerhub.bmw.iremote.models",
    "App": "bimmerhub.bmw.iremote.endpoints",
    "AppKey": "bimmerhub.bmw.gcdm.by_password",
    "BmwLogin": "bimmerhub.bmw.gcdm.by_password",
    "ChargingProfile": "bimmerhub.bmw.car_commands.charging_profile",
    "CommandKind": "bimmerhub.bmw.car_commands.commands",
    "CommandOrder": "bimmerhub.domain.command_order",
    "CommandProgress": "bimmerhub.bmw.car_commands.commands",
    "CommandState": "bimmerhub.bmw.car_commands.commands",
    "FieldReadings": "bimmerhub.bmw.answers.field_readings",
    "Destination": "bimmerhub.bmw.iremote.models",
    "Endpoints": "bimmerhub.bmw.iremote.endpoints",
    "ExecutionStatus": "bimmerhub.bmw.iremote.models",
    "IRemote": "bimmerhub.bmw.iremote.client",
    "IRemoteRest": "bimmerhub.bmw.iremote.rest",
    "LastTrip": "bimmerhub.bmw.iremote.models",
    "ListedVehicle": "bimmerhub.bmw.iremote.models",
    "PointOfInterest": "bimmerhub.domain.command_order",
    "RangeMap": "bimmerhub.bmw.iremote.models",
    "Region": "bimmerhub.bmw.iremote.endpoints",
    "ServiceExecution": "bimmerhub.bmw.iremote.models",
    "ServiceRequest": "bimmerhub.bmw.iremote.service_types",
    "RsCode": "bimmerhub.bmw.iremote.rsapi",
    "RsDetail": "bimmerhub.bmw.iremote.rsapi",
    "RsEvent": "bimmerhub.bmw.iremote.rsapi",
    "RsStatus": "bimmerhub.bmw.iremote.rsapi",
    "STOP_CLIMATE": "bimmerhub.bmw.iremote.rsapi",
    "ServiceType": "bimmerhub.bmw.iremote.service_types",
    "TextMessage": "bimmerhub.domain.command_order",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "TokenStore": "bimmerhub.bmw.tokens.token_set",
    "Vehicle": "bimmerhub.bmw.iremote.client",
    "VehicleStatus": "bimmerhub.bmw.iremote.models",
    "read_credentials": "bimmerhub.bmw.iremote.auth",
    "to_geojson": "bimmerhub.bmw.iremote.range_map",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; nothing is imported before it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
