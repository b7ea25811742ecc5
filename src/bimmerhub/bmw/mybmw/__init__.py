"""The MyBMW app's interface (since 2021): sign-in, cars, their state, charging, and commands to them.

>>> app = App(subscription_key=KEY, version=VERSION, build=BUILD)
>>> async with MyBmw(tokens=TokenFile(path), endpoints=Endpoints(api_url=URL, app=app)) as mybmw:
...     await mybmw.sign_in(BmwLogin(username=USERNAME, password=PASSWORD), captcha=CAPTCHA_TOKEN)
...     car = await mybmw.fetch_vehicle()
...     print((await car.fetch_state()).soc_percent)
...     async for progress in car.flash_lights():
...         print(progress.state)

Not sanctioned by BMW, and probably against its terms: at your own risk; an account can be blocked. Since 2025-09-26 BMW
answers its own app only.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.answers.field_readings import FieldReadings
    from bimmerhub.bmw.car_commands.commands import CommandKind, CommandProgress, CommandState
    from bimmerhub.bmw.gcdm.by_password import BmwLogin
    from bimmerhub.bmw.mybmw.app_vehicle import Vehicle
    from bimmerhub.bmw.mybmw.charging_models import (
        CarChargingSettings,
        ChargingProfileOrder,
        ChargingSettingsOrder,
        ChargingStatistics,
        ListedSession,
        SessionPage,
    )
    from bimmerhub.bmw.mybmw.china_sign_in import SliderCaptcha, SolvedSlider
    from bimmerhub.bmw.mybmw.client import MyBmw
    from bimmerhub.bmw.mybmw.endpoints import App, BrandApp, Endpoints, Generation, Region
    from bimmerhub.bmw.mybmw.models import EventPosition, ListedVehicle, VehicleProfile
    from bimmerhub.bmw.mybmw.operations import OPERATIONS
    from bimmerhub.bmw.mybmw.rest import MyBmwRest
    from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
    from bimmerhub.bmw.mybmw.state.state_models import CarState
    from bimmerhub.bmw.mybmw.state.v1_models import V1Vehicle
    from bimmerhub.bmw.tokens.token_file import TokenFile
    from bimmerhub.bmw.tokens.token_set import TokenStore
    from bimmerhub.domain.command_order import CommandOrder, PointOfInterest

__all__ = [
    "OPERATIONS",
    "App",
    "BmwLogin",
    "BrandApp",
    "Capabilities",
    "CarChargingSettings",
    "CarState",
    "ChargingProfileOrder",
    "ChargingSettingsOrder",
    "ChargingStatistics",
    "CommandKind",
    "CommandOrder",
    "CommandProgress",
    "CommandState",
    "Endpoints",
    "EventPosition",
    "FieldReadings",
    "Generation",
    "ListedSession",
    "ListedVehicle",
    "MyBmw",
    "MyBmwRest",
    "PointOfInterest",
    "Region",
    "SessionPage",
    "SliderCaptcha",
    "SolvedSlider",
    "TokenFile",
    "TokenStore",
    "V1Vehicle",
    "Vehicle",
    "VehicleProfile",
]

_HOMES = {
    "App": "bimmerhub.bmw.mybmw.endpoints",
    "BrandApp": "bimmerhub.bmw.mybmw.endpoints",
    "BmwLogin": "bimmerhub.bmw.gcdm.by_password",
    "Capabilities": "bimmerhub.bmw.mybmw.state.capability_models",
    "CarChargingSettings": "bimmerhub.bmw.mybmw.charging_models",
    "CommandOrder": "bimmerhub.domain.command_order",
    "CarState": "bimmerhub.bmw.mybmw.state.state_models",
    "ChargingProfileOrder": "bimmerhub.bmw.mybmw.charging_models",
    "ChargingSettingsOrder": "bimmerhub.bmw.mybmw.charging_models",
    "ChargingStatistics": "bimmerhub.bmw.mybmw.charging_models",
    "CommandKind": "bimmerhub.bmw.car_commands.commands",
    "CommandProgress": "bimmerhub.bmw.car_commands.commands",
    "CommandState": "bimmerhub.bmw.car_commands.commands",
    "Endpoints": "bimmerhub.bmw.mybmw.endpoints",
    "EventPosition": "bimmerhub.bmw.mybmw.models",
    "FieldReadings": "bimmerhub.bmw.answers.field_readings",
    "Generation": "bimmerhub.bmw.mybmw.endpoints",
    "ListedSession": "bimmerhub.bmw.mybmw.charging_models",
    "ListedVehicle": "bimmerhub.bmw.mybmw.models",
    "MyBmw": "bimmerhub.bmw.mybmw.client",
    "MyBmwRest": "bimmerhub.bmw.mybmw.rest",
    "OPERATIONS": "bimmerhub.bmw.mybmw.operations",
    "PointOfInterest": "bimmerhub.domain.command_order",
    "Region": "bimmerhub.bmw.mybmw.endpoints",
    "SessionPage": "bimmerhub.bmw.mybmw.charging_models",
    "SliderCaptcha": "bimmerhub.bmw.mybmw.china_sign_in",
    "SolvedSlider": "bimmerhub.bmw.mybmw.china_sign_in",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "TokenStore": "bimmerhub.bmw.tokens.token_set",
    "V1Vehicle": "bimmerhub.bmw.mybmw.state.v1_models",
    "Vehicle": "bimmerhub.bmw.mybmw.app_vehicle",
    "VehicleProfile": "bimmerhub.bmw.mybmw.models",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; nothing is imported before it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
