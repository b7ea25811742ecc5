"""The documents of one car of the MyBMW app's interface: charging, trips, recalls, service.

Charging sessions come a page and a month at a time; of trips BMW lists the ids of a month, and each one is asked for by
itself. In the first days of a month the one before is asked for too, whose last day has not been told yet. An item that
cannot be read is kept as refused, and hides no other.
Sources: clients 2022-2025; that a trip does not change once it is told is inferred.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import msgspec

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import has_answered
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.app_vehicle import Vehicle as AppCar
from bimmerhub.bmw.mybmw.rest import MyBmwRest
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.domain import documents
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, MalformedPayload, RateLimited
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, Month
from bimmerhub.json_faults import NOT_JSON

K = TypeVar("K")
T = TypeVar("T")
MOST_PAGES: Final = 20
MOST_NEW_TRIPS: Final = 5
"""So many trips are asked for at once: each is a call of the day's."""
MOST_OF_MONTH: Final = 40
"""So many where a person wants a month."""
MOST_ATTEMPTS: Final = 3
"""So often a trip is asked for that BMW lists and does not tell, until the cars are listed anew."""
TRIPS_A_PAGE: Final = 100
FIRST_DAYS: Final = 5
"""Days of a month on which the one before is asked for too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What answers held: documents by their natural keys, and what of them cannot be read.

    Unless it `is_complete`, asking again brings more.
    """

    bodies: Mapping[str, bytes] = field(default_factory=dict)
    unreadable: Sequence[bytes] = ()
    is_complete: bool = True


@dataclass(slots=True, kw_only=True)
class AppDocuments:
    """Asks for the documents of one car. `able` is what the car can, as far as BMW has told it."""

    car: AppCar
    able: Capabilities
    rest: MyBmwRest
    clock: Clock
    _attempts: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> Sequence[str]:
        """Those that a car like this has."""
        return [kind for kind in _KINDS if self.car.info.can_charge or kind not in _OF_CHARGING]

    async def fetch(self, kind: str, *, month: Month | None, stored_keys: Collection[str]) -> FamilyAnswer:
        """Return the documents of a kind, as `FamilyCar.fetch_document`."""
        if kind not in _KINDS:
            raise ConfigError(f"the MyBMW app has no {kind[:40]!r}", hint=f"It has {', '.join(_KINDS)}.")
        if month is not None and kind == documents.BMW_TRIPS:
            return self._read(kind, await self.trips([month], stored_keys, most=MOST_OF_MONTH))
        months = self._months() if month is None else [month]
        return self._read(kind, await _KINDS[kind](self, months, stored_keys))

    async def fetch_session(self, session_id: str) -> FamilyAnswer:
        """Return one charging session in detail; BmwRefused for one that BMW does not know."""
        body = await self.car.call("charging-session", session_id=session_id)
        return self._read(documents.BMW_CHARGE_DETAILS, _Told(bodies={session_id: body}))

    def _read(self, kind: str, answers: _Told) -> FamilyAnswer:
        texts = {key: text for key, body in answers.bodies.items() if (text := _json_text(body)) is not None}
        unreadable = [*answers.unreadable, *(body for key, body in answers.bodies.items() if key not in texts)]
        return replace(self._answer(kind, texts, unreadable), is_complete=answers.is_complete)

    async def charging_profile(self, _months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return charging profile and settings."""
        has_settings = self.able.is_charging_settings_enabled is not False
        body = await self.car.call("charging-settings", has_settings=has_settings)
        return _checked("", body, wire.decode_charging_settings)

    async def charges(self, months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return the charging sessions of each month by their ids: one that lasts over its end is told anew then."""
        return _joined((await self._of_each(months, self._charges_of)).values())

    async def trips(
        self, months: Sequence[Month], stored_keys: Collection[str], *, most: int = MOST_NEW_TRIPS
    ) -> _Told:
        """Return the newest trips that are not stored, so many at `most`, by their ids.

        What BMW fails to tell of one comes after the others, and is given up after MOST_ATTEMPTS.
        """
        unreadable: list[bytes] = []
        lists = await self._of_each(months, partial(self._list_trips, unreadable=unreadable))
        listed = dict.fromkeys(trip_id for ids in lists.values() for trip_id in ids)
        open_ids = [one for one in listed if one not in stored_keys and self._attempts[one] < MOST_ATTEMPTS]
        wanted = sorted(open_ids, key=self._attempts.__getitem__)[:most]
        self._attempts.update(wanted)
        bodies = await self._of_each(wanted, self._fetch_trip)
        return _Told(bodies=bodies, unreadable=unreadable, is_complete=len(bodies) == len(open_ids))

    async def charging_statistics(self, months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return the charging of each month in figures."""
        bodies = await self._of_each(
            months, lambda month: self.car.call("charging-statistics-v2", date=_first_day(month))
        )
        return _joined(_checked(_name(month), body, wire.decode_charging_statistics) for month, body in bodies.items())

    async def trip_statistics(self, months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return the driving of each month in figures."""
        bodies = await self._of_each(months, lambda month: self.car.call("trip-statistics", month=_name(month)))
        return _Told(bodies={_name(month): body for month, body in bodies.items()})

    async def recalls(self, _months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return the recalls, whose shape is not known."""
        return _Told(bodies={"": await self.car.call("recalls")})

    async def demands(self, _months: Sequence[Month], _stored: Collection[str]) -> _Told:
        """Return what is due, in a shape that is not known."""
        return _Told(bodies={"": await self.car.call("demands")})

    async def _of_each(self, keys: Sequence[K], ask: Callable[[K], Awaitable[T]]) -> dict[K, T]:
        """Return the answers by what was asked for; what is refused, or fails, of some hides no other.

        The error itself is raised when it is of all; nothing more is asked once BMW does not answer, or wants a pause.
        """
        answers: dict[K, T] = {}
        error: BmwRefused | BmwUnavailable | RateLimited | None = None
        for key in keys:
            try:
                answers[key] = await ask(key)
            except (BmwRefused, BmwUnavailable, RateLimited) as fault:
                error = fault
                is_over = isinstance(fault, RateLimited) or (
                    isinstance(fault, BmwUnavailable) and not has_answered(fault)
                )
                if is_over:
                    break
        if error is not None and not answers:
            raise error
        return answers

    async def _charges_of(self, month: Month) -> _Told:
        """Return the charging sessions of a month, from all pages."""
        sessions: dict[str, bytes] = {}
        unreadable: list[bytes] = []
        token: str | None = None
        for _ in range(MOST_PAGES):
            body = await self.car.call("charging-sessions-v2", date=_first_day(month), next_token=token)
            listed = _member(body, "chargingSessions")
            items = [] if listed is None else _items(_member(listed, "sessions") or b"[]")
            if listed is None or items is None:
                unreadable.append(body)
                break
            named = {item: _text_of(item, "id") for item in items}
            new = {key: item for item, key in named.items() if key is not None}
            unreadable += [item for item, key in named.items() if key is None]
            token = _text_of(_member(body, "paginationInfo") or b"", "nextToken")
            is_repeated = new.keys() <= sessions.keys()
            sessions |= new
            if token is None or is_repeated:
                break
        return _Told(bodies=sessions, unreadable=unreadable)

    async def _fetch_trip(self, trip_id: str) -> bytes:
        return await self.car.call("trip", trip_id=trip_id)

    async def _list_trips(self, month: Month, *, unreadable: list[bytes]) -> Sequence[str]:
        """Return the ids of the trips of a month, from all pages, in BMW's order."""
        ids: dict[str, None] = {}
        offset = 0
        for _ in range(MOST_PAGES):
            body = await self.car.call("trips", month=_name(month), offset=offset)
            groups = _items(_member(body, "items") or b"")
            if groups is None:
                unreadable.append(body)
                break
            trips = [trip for group in groups for trip in _items(_member(group, "trips") or b"[]") or ()]
            unreadable += [trip for trip in trips if _text_of(trip, "id") is None]
            new = [trip_id for trip in trips if (trip_id := _text_of(trip, "id")) is not None and trip_id not in ids]
            ids |= dict.fromkeys(new)
            offset += len(trips)
            if len(trips) < TRIPS_A_PAGE or not new:
                break
        return [*ids]

    def _months(self) -> Sequence[Month]:
        """Return the present month (UTC; BMW goes by where the car is), and in its first days the one before."""
        now = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        before = now - timedelta(days=now.day)
        months = [(now.year, now.month), (before.year, before.month)]
        return months if now.day <= FIRST_DAYS else months[:1]

    def _answer(self, kind: str, texts: Mapping[str, str], unreadable: Sequence[bytes]) -> FamilyAnswer:
        """Return an answer whose body is the only document as it came, else a list of all and of what is unreadable."""
        parts = [*(text.encode() for text in texts.values()), *unreadable]
        return FamilyAnswer(
            body=parts[0] if len(parts) == 1 else b"[" + b",".join(parts) + b"]",
            refused=[MalformedPayload(f"{kind}: BMW's answer cannot be read")] if unreadable else [],
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


_Fetch = Callable[[AppDocuments, Sequence[Month], Collection[str]], Awaitable[_Told]]
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
_UNREADABLE: Final = NOT_JSON


def _checked(key: str, body: bytes, check: Callable[[bytes], object]) -> _Told:
    """Return one document that `check` can read."""
    try:
        check(body)
    except MalformedPayload:
        return _Told(unreadable=[body])
    return _Told(bodies={key: body})


def _joined(answers: Iterable[_Told]) -> _Told:
    """Return what several answers held."""
    parts = [*answers]
    return _Told(
        bodies={key: body for part in parts for key, body in part.bodies.items()},
        unreadable=[body for part in parts for body in part.unreadable],
    )


def _json_text(body: bytes) -> str | None:
    """Return a body that is JSON as its text, without blanks around it; None for any other."""
    try:
        return bytes(msgspec.json.decode(body, type=msgspec.Raw)).decode()
    except _UNREADABLE:
        return None


def _member(body: bytes, name: str) -> bytes | None:
    """Return a member of a JSON object as it came; None without one, and for what is no object."""
    try:
        raw = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(name)
    except _UNREADABLE:
        return None
    return None if raw is None else bytes(raw)


def _items(body: bytes) -> list[bytes] | None:
    """Return the items of a JSON list as they came, none for `null`; None for what is no list."""
    try:
        items = msgspec.json.decode(body, type=list[msgspec.Raw] | None)
    except _UNREADABLE:
        return None
    return [bytes(item) for item in items or ()]


def _text_of(body: bytes, name: str) -> str | None:
    """Return a member of a JSON object that is a text, or a whole number as one; None for any other."""
    try:
        value = msgspec.json.decode(_member(body, name) or b"null", type=str | int | None)
    except _UNREADABLE:
        return None
    return str(value).strip() or None if value is not None else None


def _name(month: Month) -> str:
    return f"{month[0]}-{month[1]:02}"


def _first_day(month: Month) -> str:
    return f"{_name(month)}-01T00:00:00.000Z"
