"""BMW CarData: sign-in, REST and stream for one account, or many.

>>> async with CarData(client_id=CLIENT_ID, tokens=TokenFile(path)) as cardata:
...     vehicle = (await cardata.fetch_vehicles())[0]
...     async for reading in vehicle.readings():
...         print(reading.descriptor, reading.value, reading.unit, reading.measured_at)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession, SkippedPeriod
    from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings
    from bimmerhub.bmw.cardata.answers.tyres import TyreDiagnosis
    from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
    from bimmerhub.bmw.cardata.client import CarData, Vehicle
    from bimmerhub.bmw.cardata.containers import ContainerPlan, Containers, EnsuredContainers
    from bimmerhub.bmw.cardata.endpoints import Endpoints
    from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger, ReturningLedger
    from bimmerhub.bmw.cardata.portal.archive import CustomerArchive, decode_archive
    from bimmerhub.bmw.cardata.rest import CarDataRest
    from bimmerhub.bmw.cardata.streaming.stream import (
        CarDataStream,
        LinkChanged,
        RawMessage,
        StreamEvent,
        StreamMessages,
    )
    from bimmerhub.bmw.tokens.fresh_tokens import Tokens
    from bimmerhub.bmw.tokens.token_file import TokenFile
    from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
    from bimmerhub.domain.account.link import LinkState

__all__ = [
    "BmwChargingSession",
    "CarData",
    "CarDataRest",
    "CarDataStream",
    "ContainerPlan",
    "Containers",
    "CustomerArchive",
    "Endpoints",
    "EnsuredContainers",
    "LedgerFile",
    "LinkChanged",
    "LinkState",
    "LocationChargingSettings",
    "MemoryLedger",
    "QuotaLedger",
    "RawMessage",
    "ReturningLedger",
    "SignIn",
    "SignInCode",
    "SkippedPeriod",
    "StreamEvent",
    "StreamMessages",
    "TokenFile",
    "TokenSet",
    "TokenStore",
    "Tokens",
    "TyreDiagnosis",
    "Vehicle",
    "decode_archive",
]

_HOMES = {
    "BmwChargingSession": "bimmerhub.bmw.cardata.answers.charging_history",
    "CarData": "bimmerhub.bmw.cardata.client",
    "CarDataRest": "bimmerhub.bmw.cardata.rest",
    "CarDataStream": "bimmerhub.bmw.cardata.streaming.stream",
    "ContainerPlan": "bimmerhub.bmw.cardata.containers",
    "Containers": "bimmerhub.bmw.cardata.containers",
    "CustomerArchive": "bimmerhub.bmw.cardata.portal.archive",
    "Endpoints": "bimmerhub.bmw.cardata.endpoints",
    "EnsuredContainers": "bimmerhub.bmw.cardata.containers",
    "LedgerFile": "bimmerhub.bmw.cardata.ledger",
    "LinkChanged": "bimmerhub.bmw.cardata.streaming.stream",
    "LinkState": "bimmerhub.domain.account.link",
    "LocationChargingSettings": "bimmerhub.bmw.cardata.answers.charging_settings",
    "MemoryLedger": "bimmerhub.bmw.cardata.ledger",
    "QuotaLedger": "bimmerhub.bmw.cardata.ledger",
    "RawMessage": "bimmerhub.bmw.cardata.streaming.stream",
    "ReturningLedger": "bimmerhub.bmw.cardata.ledger",
    "SignIn": "bimmerhub.bmw.cardata.auth",
    "SignInCode": "bimmerhub.bmw.cardata.auth",
    "SkippedPeriod": "bimmerhub.bmw.cardata.answers.charging_history",
    "StreamEvent": "bimmerhub.bmw.cardata.streaming.stream",
    "StreamMessages": "bimmerhub.bmw.cardata.streaming.stream",
    "TokenFile": "bimmerhub.bmw.tokens.token_file",
    "TokenSet": "bimmerhub.bmw.tokens.token_set",
    "TokenStore": "bimmerhub.bmw.tokens.token_set",
    "Tokens": "bimmerhub.bmw.tokens.fresh_tokens",
    "TyreDiagnosis": "bimmerhub.bmw.cardata.answers.tyres",
    "Vehicle": "bimmerhub.bmw.cardata.client",
    "decode_archive": "bimmerhub.bmw.cardata.portal.archive",
}


def __dir__() -> list[str]:
    """Return the public names, for those who explore: none may be imported yet."""
    return [*__all__]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those imported above
    """Return a public name from the module that defines it.

    Nothing is imported before it is used: who only wants `Endpoints` does not wait for the HTTP and MQTT clients.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
