"""What the collections have to know of each family: its operations, servers, headers, and the words of its defaults.

Hosts come from the families' own endpoints: they are written nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bimmerhub.bmw.cardata import endpoints as cardata_endpoints
from bimmerhub.bmw.cardata import operations as cardata
from bimmerhub.bmw.connecteddrive import endpoints as portal_endpoints
from bimmerhub.bmw.connecteddrive import operations as portal
from bimmerhub.bmw.inventory import endpoints as inventory_endpoints
from bimmerhub.bmw.inventory import operations as inventory
from bimmerhub.bmw.iremote import endpoints as iremote_endpoints
from bimmerhub.bmw.iremote import operations as iremote
from bimmerhub.bmw.mybmw import endpoints as mybmw_endpoints
from bimmerhub.bmw.mybmw import operations as mybmw
from bimmerhub.bmw.mybmw.headers import UNITS
from bimmerhub.bmw.mygarage import endpoints as mygarage_endpoints
from bimmerhub.bmw.mygarage import operations as mygarage
from bimmerhub.bmw.operations.operation import SIGN_IN, Operation
from tools.http_collections.cardata_sign_in import CARDATA_SIGN_IN, EMULATOR

WORLD: Final = ("na", "row", "cn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server: the variable with its address, and BMW's hosts by the value of another variable (`by`).

    Without `by`, and for a value that has no host of its own, the first one counts. `path` is what its addresses
    begin with.
    """

    variable: str
    hosts: Mapping[str, str]
    by: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family. `regions` is where it answers; `signed` the headers with the token; `words` of its defaults."""

    operations: Mapping[str, Operation]
    servers: Mapping[str, Server]
    headers: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = WORLD


_CARDATA: Final = cardata_endpoints.Endpoints()
_INVENTORY: Final = inventory_endpoints.Endpoints()
_GARAGE: Final = mygarage_endpoints.Endpoints()
_APP: Final = {
    "x-user-agent": "android({{appBuild}});{{brand}};{{appVersion}};{{region}}",
    "user-agent": "{{userAgent}}",
}
_TIMES: Final = {"now": "{{now}}", "now_ms": "{{nowMs}}", "today": "{{today}}", "month": "{{month}}"}
_SITE: Final = Server(variable="siteUrl", hosts={"us": _INVENTORY.site_url})

_PORTAL: Final = Server(variable="portalUrl", hosts={"all": portal_endpoints.GENERIC_URL})


def _by_region(hosts: Mapping[Any, str]) -> dict[str, str]:
    return {region.value: host for region, host in hosts.items()}


FAMILIES: Final = {
    "mybmw": Family(
        operations=mybmw.OPERATIONS,
        servers={
            "api": Server(
                variable="apiUrl",
                by="region",
                hosts=_by_region(mybmw_endpoints.HOSTS),
            )
        },
        headers={
            "accept-language": "{{language}}",
            "x-raw-locale": "{{language}}",
            **_APP,
            "x-identity-provider": "gcdm",
            "x-correlation-id": "{{correlationId}}",
            "bmw-correlation-id": "{{correlationId}}",
            "bmw-session-id": "{{sessionId}}",
            "bmw-units-preferences": UNITS,
            "24-hour-format": "true",
        },
        signed={"authorization": "Bearer {{accessToken}}"},
        words={
            **_TIMES,
            "month_start": "{{monthStart}}",
            "gcid": "{{gcid}}",
            "subscription_key": "{{ocp-apim-subscription-key}}",
        },
    ),
    "mygarage": Family(
        operations=mygarage.OPERATIONS,
        servers={
            mygarage_endpoints.GARAGE: Server(
                variable="garageUrl",
                by="brand",
                hosts={name.value: url for name, url in mygarage_endpoints.HOSTS.items()},
            ),
            SIGN_IN: Server(variable="garageAuthUrl", hosts={"us": _GARAGE.auth_url}),
            mygarage_endpoints.NHTSA: Server(variable="nhtsaUrl", hosts={"us": _GARAGE.nhtsa_url}),
            mygarage_endpoints.SITE: _SITE,
        },
        headers={"accept-language": "en-US", "referer": "{{garageUrl}}/", "user-agent": "{{userAgent}}"},
        signed={"authorization": "gcid={{gcid}},token={{accessToken}},vin={{vin}}"},
        words={"vin": "{{vin}}", "gcid": "{{gcid}}", "group_id": "{{groupId}}", "brand": "{{brandWord}}"},
        regions=("na",),
    ),
    "inventory": Family(
        operations=inventory.OPERATIONS,
        servers={
            inventory_endpoints.SEARCH: Server(variable="inventoryUrl", hosts={"us": _INVENTORY.search_url}),
            inventory_endpoints.SITE: _SITE,
            inventory_endpoints.CONFIGURATOR: Server(
                variable="configuratorUrl", hosts={"us": _INVENTORY.configurator_url}
            ),
            inventory_endpoints.MINI: Server(variable="miniUrl", hosts={"us": _INVENTORY.mini_url}),
        },
        signed={"authorization": "Bearer {{inventoryToken}}"},
        words={
            "username": "{{storefrontUsername}}",
            "password": "{{storefrontPassword}}",
            "basic": "{{storefrontBasic}}",
        },
    ),
    "cardata": Family(
        operations={**CARDATA_SIGN_IN, **cardata.OPERATIONS},
        servers={
            SIGN_IN: Server(variable="cardataAuthUrl", hosts={"eu": _CARDATA.auth_url}),
            "api": Server(variable="cardataUrl", hosts={"eu": _CARDATA.api_url}),
            EMULATOR: Server(variable="serverUrl", hosts={}),
        },
        headers={"x-version": "v1"},
        signed={"authorization": "Bearer {{cardataToken}}"},
        words={"now": "{{now}}", "history_start": "{{historyStart}}"},
    ),
    "iremote": Family(
        operations=iremote.OPERATIONS,
        servers={
            SIGN_IN: Server(variable="iremoteUrl", by="region", hosts=_by_region(iremote_endpoints.HOSTS)),
            "api": Server(variable="iremoteUrl", by="region", hosts=_by_region(iremote_endpoints.HOSTS)),
        },
        signed={"authorization": "Bearer {{iremoteToken}}"},
        words={"device_time": "{{deviceTime}}"},
    ),
    "connecteddrive": Family(
        operations=portal.OPERATIONS,
        servers={
            SIGN_IN: Server(variable="portalAuthUrl", by="region", hosts=_by_region(portal_endpoints.SIGN_IN_HOSTS)),
            portal.GENERIC: _PORTAL,
            "api": replace(_PORTAL, path=portal_endpoints.API_PATH),
        },
        signed={"authorization": "Bearer {{portalToken}}"},
        regions=("na", "row"),
    ),
}

MADE_FRESH: Final = (
    "now",
    "nowMs",
    "today",
    "month",
    "monthStart",
    "historyStart",
    "deviceTime",
    "correlationId",
    "sessionId",
    "loginNonce",
    "groupId",
    "brandWord",
    "storefrontBasic",
)
"""Variables that the script before every request sets."""
