"""What BMW requires of a car before it gives its data: a mapping as primary user, a SIM, a contract, a market.

All of it is read from what is stored: the mappings of the last day, the car's basic data, and its last contract list.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bimmerhub.domain.account.checks import Check, failed, ok, skipped, warning
from bimmerhub.domain.connecteddrive_contract import CONTRACTS, derive_contract_end
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.vehicle import SECONDARY, Vehicle, VehicleAccount
from bimmerhub.ids import Vin, mask_vin, vin_end
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, format_time

SOON_MS = 30 * DAY_MS
"""So long before its end a contract is worth a word."""

MARKETS = (
    "AD AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM VA"
)
"""Where BMW offers CarData: the EU, the United Kingdom, Switzerland and neighbours. Source: BMW's CarData pages, 2025;
which neighbours is inferred."""


class _BasicData(msgspec.Struct, rename="camel"):
    sim_status: str | None = None
    country_code: str | None = None
    country_code_iso: str | None = msgspec.field(default=None, name="countryCodeISO")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One requirement: what is so, in words, and what to do when it is not met."""

    words: str
    hint: str | None = None
    is_failed: bool = False


class CarChecks:
    """The checks of an account's cars that read the store only.

    `refused` returns the cars whose data BMW refused to give, with when it is asked for them again.
    """

    def __init__(
        self,
        *,
        vehicles: StoredVehicles,
        documents: StoredDocuments,
        readings: ReadingQuery,
        refused: Callable[[StoredAccount], Awaitable[Mapping[Vin, int]]],
        now_ms: Callable[[], int],
    ) -> None:
        self._refused = refused
        self._vehicles = vehicles
        self._documents = documents
        self._readings = readings
        self._now_ms = now_ms

    async def check_cars(self, account: StoredAccount) -> list[Check]:
        """Return for each car that the account sees whether BMW has what it needs to give its data."""
        seen = [(car, car.seen_by(account.id)) for car in await self._vehicles.vehicles()]
        refused = await self._refused(account)
        return [
            await self._check_car(car, relation, again_ms=refused.get(car.vin))
            for car, relation in seen
            if relation is not None
        ]

    async def _check_car(self, car: Vehicle, relation: VehicleAccount, *, again_ms: int | None) -> Check:
        name = f"car {mask_vin(car.vin)}"
        if car.is_archived:
            return skipped(name, car.notice or "archived")
        document = await self._documents.document(car.vin, BASIC_DATA)
        basic = _read_basic_data(document)
        sim = _sim(basic, fetched_at_ms=0 if document is None else document.fetched_at_ms)
        return _joined(
            name, [_mapping(car, relation), *_refusal(again_ms), sim, await self._contract(car), _market(basic)]
        )

    async def _contract(self, car: Vehicle) -> _Part:
        contracts = [point.value for point in await self._readings.latest(car.vin) if point.descriptor == CONTRACTS]
        end = derive_contract_end(contracts[-1]) if contracts else None
        if end is None:
            return _Part(words="ConnectedDrive contract not known (the My BMW app shows it, in its store)")
        end_ms, day = round(end.timestamp() * 1000), end.date().isoformat()
        hint = "Renew ConnectedDrive in the store of the My BMW app: without a contract the car tells BMW nothing."
        if end_ms <= self._now_ms():
            return _Part(words=f"its ConnectedDrive contract ended on {day}", hint=hint, is_failed=True)
        return _Part(words=f"ConnectedDrive until {day}", hint=hint if end_ms - self._now_ms() < SOON_MS else None)


def _mapping(car: Vehicle, relation: VehicleAccount) -> _Part:
    if relation.unmapped_at_ms is not None:
        hint = f"Add it again in the My BMW app, or put it away: bimmerhub vehicles archive {vin_end(car.vin)}"
        return _Part(words=relation.trouble or "", hint=hint, is_failed=relation.mapping is not None)
    if relation.mapping == SECONDARY:
        hint = "Become its primary user in the My BMW app, or sign in with that user's account."
        return _Part(words="secondary user: BMW gives its data to the primary one", hint=hint)
    if not relation.is_named:
        return _Part(words="mapping not known yet")
    since = f" since {format_time(relation.mapped_since_ms)[:10]}" if relation.mapped_since_ms is not None else ""
    return _Part(words=f"{relation.mapping or 'mapped'}{since}")


def _refusal(again_ms: int | None) -> list[_Part]:
    """Return that BMW refused the car's data by REST, nothing where it did not (CU-104 and its like)."""
    if again_ms is None:
        return []
    hint = (
        "BMW gives out data only for cars that have telematics and of which this account is the primary user: look at "
        "the car in the My BMW app. To ask again at once: bimmerhub retry"
    )
    return [_Part(words=f"BMW refuses its data by REST, and is asked again at {format_time(again_ms)}", hint=hint)]


def _read_basic_data(document: Document | None) -> _BasicData:
    try:
        return _BasicData() if document is None else msgspec.json.decode(document.body, type=_BasicData)
    except NOT_JSON:
        return _BasicData()


def _sim(basic: _BasicData, *, fetched_at_ms: int) -> _Part:
    if basic.sim_status is None:
        return _Part(words="SIM not known (its basic data will say)")
    as_of = f"as of {format_time(fetched_at_ms)[:10]}"
    if basic.sim_status.upper() == "ACTIVE":
        return _Part(words=f"SIM active ({as_of})")
    hint = "Without a SIM that is active the car tells BMW nothing: ask BMW's customer service."
    return _Part(words=f"SIM {basic.sim_status} ({as_of})", hint=hint, is_failed=True)


def _market(basic: _BasicData) -> _Part:
    market = (basic.country_code_iso or basic.country_code or "").upper()
    if not market:
        return _Part(words="market not known (the My BMW app shows it, in the profile)")
    if market in MARKETS.split():
        return _Part(words=f"market {market}")
    hint = "BMW offers CarData in the EU, the United Kingdom, Switzerland and neighbours."
    return _Part(words=f"market {market}, where CarData may not be offered", hint=hint)


def _joined(name: str, parts: Sequence[_Part]) -> Check:
    words = "; ".join(part.words for part in parts)
    for part in sorted((part for part in parts if part.hint is not None), key=lambda part: not part.is_failed):
        return failed(name, words, hint=part.hint) if part.is_failed else warning(name, words, hint=part.hint)
    return ok(name, words)
