"""BMW CarData: sign-in, REST and stream for one account, or many.

>>> async with CarData(client_id=CLIENT_ID, tokens=TokenFile(path)) as cardata:
...     vehicle = (await cardata.fetch_vehicles())[0]
...     async for reading in vehicle.readings():
...         print(reading.descriptor, reading.value, reading.unit, reading.measured_at)
"""

from bimmerhub.bmw.cardata.archive import CustomerArchive, decode_archive
from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.bmw.cardata.charging_history import BmwChargingSession, SkippedPeriod
from bimmerhub.bmw.cardata.charging_settings import LocationChargingSettings
from bimmerhub.bmw.cardata.client import CarData, Vehicle
from bimmerhub.bmw.cardata.containers import ContainerPlan, Containers, EnsuredContainers
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.stream import CarDataStream, LinkChanged, RawMessage, StreamEvent, StreamMessages
from bimmerhub.bmw.cardata.tyres import TyreDiagnosis
from bimmerhub.bmw.tokens import TokenFile, Tokens, TokenSet, TokenStore
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
