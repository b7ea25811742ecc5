"""BMW CarData: sign-in, REST and stream for one account, or many.

>>> async with CarData(client_id=CLIENT_ID, tokens=TokenFile(path)) as cardata:
...     vehicle = (await cardata.fetch_vehicles())[0]
...     async for reading in vehicle.readings():
...         print(reading.descriptor, reading.value, reading.unit, reading.measured_at)
"""

from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.bmw.cardata.client import CarData, Vehicle
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.ledger import LedgerFile, MemoryLedger, QuotaLedger
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.stream import CarDataStream, LinkChanged, RawMessage, StreamEvent, StreamMessages
from bimmerhub.bmw.cardata.tokens import TokenFile, Tokens, TokenSet, TokenStore
from bimmerhub.domain.link import LinkState

__all__ = [
    "CarData",
    "CarDataRest",
    "CarDataStream",
    "Endpoints",
    "LedgerFile",
    "LinkChanged",
    "LinkState",
    "MemoryLedger",
    "QuotaLedger",
    "RawMessage",
    "SignIn",
    "SignInCode",
    "StreamEvent",
    "StreamMessages",
    "TokenFile",
    "TokenSet",
    "TokenStore",
    "Tokens",
    "Vehicle",
]
