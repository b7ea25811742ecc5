"""The documents of one car of the MyBMW app's interface: charging, trips, recalls, service.

Charging sessions come a page and a month at a time; of trips BMW lists the ids of a month, and each one is asked for by
itself. Sources: clients 2022-2025; that a trip does not change once it is told is inferred.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.app_vehicle import Vehicle as AppCar
from bimmerhub.bmw.mybmw.capability_models import Capabilities
from bimmerhub.bmw.mybmw.rest import MyBmwRest
from bimmerhub.domain import documents
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, Month

MOST_PAGES: Final = 20
MOST_NEW_TRIPS: Final = 5
"""So many trips are asked for at once: each is a call of the day's."""


class _SessionList(msgspec.Struct, frozen=True):
    sessions: tuple[msgspec.Raw, ...] = ()


class _NextPage(msgspec.Struct, frozen=True, rename="camel"):
    next_token: str | None = None


class _SessionPage(msgspec.Struct, frozen=True, rename="camel"):
    charging_sessions: _SessionList = _SessionList()
    pagination_info: _NextPage | None = None


class _Named(msgspec.Struct, frozen=True):
    id: str


class _TripDay(msgspec.Struct, frozen=True):
    trips: tuple[_Named, ...] = ()


class _TripPage(msgspec.Struct, frozen=True):
    items: tuple[_TripDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDocuments:
    """Asks for the documents of one car."""

    car: AppCar
    able: Capabilities
    rest: MyBmwRest
    clock: Clock

    @property
    def kinds(self) -> Sequence[str]:
        """Those that a car like this has."""
        return [kind for kind in _KINDS if self.car.info.can_charge or kind not in _OF_CHARGING]

    async def fetch(self, kind: str, *, month: Month | None, stored_keys: Collection[str]) -> FamilyAnswer:
        """Return the documents of a kind, as `FamilyCar.fetch_document`."""
        if kind not in _KINDS:
            raise ConfigError(f"the MyBMW app has no {kind[:40]!r}", hint=f"It has {', '.join(_KINDS)}.")
        try:
            bodies = await _KINDS[kind](self, month or self._this_month(), stored_keys)
            texts = {key: bytes(msgspec.json.decode(body, type=msgspec.Raw)).decode() for key, body in bodies.items()}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._answer(kind, {}, refused=MalformedPayload(f"{kind}: BMW's answer cannot be read: {error}"))
        except MalformedPayload as error:
            return self._answer(kind, {}, refused=error)
        return self._answer(kind, texts)

    async def charging_profile(self, _month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return charging profile and settings."""
        has_settings = self.able.is_charging_settings_enabled is not False
        body = await self.car.call("charging-settings", has_settings=has_settings)
        wire.decode_charging_settings(body)
        return {"": body}

    async def charges(self, month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return the charging sessions of a month by their ids, from all pages."""
        sessions: dict[str, bytes] = {}
        token: str | None = None
        for _ in range(MOST_PAGES):
            body = await self.car.call("charging-sessions-v2", date=_first_day(month), next_token=token)
            page = msgspec.json.decode(body, type=_SessionPage)
            new = {msgspec.json.decode(raw, type=_Named).id: bytes(raw) for raw in page.charging_sessions.sessions}
            token = None if page.pagination_info is None else page.pagination_info.next_token
            is_repeated = new.keys() <= sessions.keys()
            sessions |= new
            if not token or is_repeated:
                break
        return sessions

    async def trips(self, month: Month, stored_keys: Collection[str]) -> Mapping[str, bytes]:
        """Return the newest trips of a month that are not stored, MOST_NEW_TRIPS at most, by their ids."""
        body = await self.car.call("trips", month=_name(month))
        listed = [trip.id for day in msgspec.json.decode(body, type=_TripPage).items for trip in day.trips]
        new = [trip_id for trip_id in dict.fromkeys(listed) if trip_id not in stored_keys]
        return {trip_id: await self.car.call("trip", trip_id=trip_id) for trip_id in new[:MOST_NEW_TRIPS]}

    async def charging_statistics(self, month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return the charging of a month in figures."""
        body = await self.car.call("charging-statistics-v2", date=_first_day(month))
        wire.decode_charging_statistics(body)
        return {_name(month): body}

    async def trip_statistics(self, month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return the driving of a month in figures."""
        return {_name(month): await self.car.call("trip-statistics", month=_name(month))}

    async def recalls(self, _month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return the recalls, whose shape is not known."""
        return {"": await self.car.call("recalls")}

    async def demands(self, _month: Month, _stored: Collection[str]) -> Mapping[str, bytes]:
        """Return what is due, in a shape that is not known."""
        return {"": await self.car.call("demands")}

    def _this_month(self) -> Month:
        """Return the present month; BMW goes by where the car is, which differs for some hours."""
        now = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        return now.year, now.month

    def _answer(self, kind: str, texts: Mapping[str, str], *, refused: MalformedPayload | None = None) -> FamilyAnswer:
        """Return an answer whose body is that of the only document, else a list of all."""
        body = next(iter(texts.values())) if len(texts) == 1 else f"[{','.join(texts.values())}]"
        return FamilyAnswer(
            body=body.encode(),
            refused=() if refused is None else (refused,),
            documents=[
                Document(
                    subject=self.car.vin,
                    kind=kind,
                    natural_key=key,
                    body=text,
                    source=Source.MYBMW,
                    fetched_at_ms=self.clock.now_ms(),
                )
                for key, text in texts.items()
            ],
            answered_at_ms=self.rest.server_time_ms,
        )


_Fetch = Callable[[AppDocuments, Month, Collection[str]], Awaitable[Mapping[str, bytes]]]
_KINDS: Final[Mapping[str, _Fetch]] = {
    documents.CHARGING_PROFILE: AppDocuments.charging_profile,
    documents.BMW_CHARGES: AppDocuments.charges,
    documents.BMW_TRIPS: AppDocuments.trips,
    documents.CHARGING_STATISTICS: AppDocuments.charging_statistics,
    documents.TRIP_STATISTICS: AppDocuments.trip_statistics,
    documents.RECALLS: AppDocuments.recalls,
    documents.SERVICE_DEMANDS: AppDocuments.demands,
}
_OF_CHARGING: Final = frozenset(
    {documents.CHARGING_PROFILE, documents.BMW_CHARGES, documents.CHARGING_STATISTICS},
)


def _name(month: Month) -> str:
    return f"{month[0]}-{month[1]:02}"


def _first_day(month: Month) -> str:
    return f"{_name(month)}-01T00:00:00.000Z"
