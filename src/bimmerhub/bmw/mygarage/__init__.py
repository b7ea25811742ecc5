"""My Garage, the owners' site of North America: recalls, warranty, equipment, the order on its way, offers, dealers.

>>> async with MyGarage(tokens=TokenFile(path), endpoints=Endpoints(app=SiteApp(client_id=CLIENT_ID))) as garage:
...     await garage.sign_in(BmwLogin(username=USERNAME, password=PASSWORD))
...     print((await garage.car(VIN).fetch_recalls_by_vin()).count)
...     order = await garage.fetch_order("1234567")
...     print(order.status_words)

Not sanctioned by BMW, and probably against its terms: at your own risk; an account can be blocked.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.gcdm.by_password import BmwLogin
    from bimmerhub.bmw.mygarage.auth import SignIn
    from bimmerhub.bmw.mygarage.client import MyGarage, Vehicle
    from bimmerhub.bmw.mygarage.endpoints import Endpoints, GarageBrand, SiteApp
    from bimmerhub.bmw.mygarage.models import (
        CarPicture,
        EquipmentPackage,
        ForwardAnswer,
        NearestDealer,
        OrderedVehicle,
        ProfileLink,
        RecallReport,
        ServicePlan,
        ValueService,
        VehicleFeatures,
        WarrantyCoverage,
        WarrantyReport,
    )
    from bimmerhub.bmw.mygarage.rest import MyGarageRest
    from bimmerhub.bmw.mygarage.words import ORDER_STATUSES, PackageKind
    from bimmerhub.bmw.tokens.token_file import TokenFile

__all__ = [
    "ORDER_STATUSES",
    "BmwLogin",
    "CarPicture",
    "Endpoints",
    "EquipmentPackage",
    "ForwardAnswer",
    "GarageBrand",
    "MyGarage",
    "MyGarageRest",
    "NearestDealer",
    "OrderedVehicle",
    "PackageKind",
    "ProfileLink",
    "RecallReport",
    "ServicePlan",
    "SignIn",
    "SiteApp",
    "TokenFile",
    "ValueService",
    "Vehicle",
    "VehicleFeatures",
    "WarrantyCoverage",
    "WarrantyReport",
]

_HERE = "bimmerhub.bmw.mygarage."
_HOMES = {
    **dict.fromkeys(__all__, _HERE + "models"),
    "ORDER_STATUSES": _HERE + "words",
    "BmwLogin": "bimmerhub.bmw.gcdm.by_password",
    "Endpoints": _HERE + "endpoints",
    "GarageBrand": _HERE + "endpoints",
    "MyGarage": _HERE + "client",
    "MyGarageRest": _HERE + "rest",
    "PackageKind": _HERE + "words",
    "SignIn": _HERE + "auth",
    "SiteApp": _HERE + "endpoints",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "Vehicle": _HERE + "client",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it; nothing is imported before it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
