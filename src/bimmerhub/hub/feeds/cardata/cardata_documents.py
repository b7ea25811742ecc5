"""Asks CarData for one thing of a car and gives the answer to `Ingest`: the same for the schedule and for a person.

What becomes a document, and what a reading, `bmw.cardata.answers.documents` says. That BMW answered is a document too
(`domain.documents.ANSWERED`), so that nobody asks again for what has just come; "there is none" is an answer.

All raise the errors of BMW's REST interface (`bmw.cardata.rest`). What had come before an error is stored.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.cardata.answers import bodies
from bimmerhub.bmw.cardata.answers import documents as forms
from bimmerhub.bmw.cardata.answers.charging_history import ChargingPage, HistoryReader, SkippedPeriod
from bimmerhub.bmw.cardata.answers.charging_settings import SettingsReader
from bimmerhub.bmw.cardata.answers.models import BasicData, MappingList, shortened
from bimmerhub.bmw.cardata.rest import NO_IMAGE, CarDataRest
from bimmerhub.bmw.cardata.wire import Decoded, decode_telematic_data
from bimmerhub.domain.documents import ANSWERED, CHARGING_PLACE, Document, Question, answered_key, span_body
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, MalformedPayload
from bimmerhub.hub.feeds.cardata.cardata_pages import KeptHistoryPages, KeptSettingsPages, NobodyWaits
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest, Taken
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.ports.bmw import IsAwaited, always_awaited

T = TypeVar("T")
UNTIL_NOW_MS = 10_000
"""What somebody asks for until now reaches to some milliseconds ago by the time that BMW is asked."""
GONE = "null"
"""The body of a charging place that BMW does not list any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What BMW answered: each body as it came (none where there is nothing), and what it became.

    `readings` is what became of the readings in it. `skipped` are stretches of the charging history that BMW fails at.
    """

    bodies: Sequence[bytes]
    documents: Sequence[Document] = ()
    readings: Taken | None = None
    skipped: Sequence[SkippedPeriod] = ()


class CarDataDocuments:
    """The questions of one account. `introduce` is told of a car of which BMW has said more than was known."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        rest: CarDataRest,
        documents: StoredDocuments,
        vehicles: StoredVehicles,
        images: CarImages,
        ingest: Ingest,
        introduce: Callable[[Vehicle], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._account = account
        self._rest = rest
        self._documents = documents
        self._vehicles = vehicles
        self._images = images
        self._ingest = ingest
        self._introduce = introduce
        self._now_ms = now_ms

    async def fetch_mappings(self) -> MappingList:
        """Return the account's vehicles. One call. What follows from them is `cardata_vehicles`' to do."""
        body = await self._rest.fetch_mappings_json()
        now_ms = self._now_ms()
        mappings = await self._read(bodies.read_mappings, body)
        owner = self._account.owner
        documents = [*forms.mapping_documents(body, owner=owner, at_ms=now_ms)]
        refused = _not_read(bodies.MAPPINGS, mappings.unreadable_items)
        await self._take(body, [*documents, self._answered(owner, Question.MAPPINGS)], refused=refused)
        return mappings

    async def fetch_basic_data(self, vin: Vin) -> Answered:
        """Ask what the car is. One call."""
        body = await self._rest.fetch_basic_data_json(vin)
        document = await self._read(lambda body: forms.basic_data_document(vin, body, at_ms=self._now_ms()), body)
        decoded = forms.basic_data_readings(vin, body, at_ms=self._rest.server_time_ms or self._now_ms())
        taken = await self._take(body, [document, self._answered(vin, Question.BASIC_DATA)], decoded)
        await self._vehicles.save_vehicle(described(Vehicle(vin=vin), document.body), seen_at_ms=self._now_ms())
        self._introduce(next(car for car in await self._vehicles.vehicles() if car.vin == vin))
        return Answered(bodies=[body], documents=[document], readings=taken)

    async def fetch_tyres(self, vin: Vin) -> Answered:
        """Ask for the tyre diagnosis. One call. A car without that service has a document with nothing in it."""
        body = await self._rest.fetch_tyre_diagnosis_json(vin)
        document = await self._read(lambda body: forms.tyres_document(vin, body, at_ms=self._now_ms()), body)
        await self._take(body, [document, self._answered(vin, Question.TYRES)])
        return Answered(bodies=[body], documents=[document])

    async def fetch_charging_settings(self, vin: Vin, *, is_awaited: IsAwaited = always_awaited) -> Answered:
        """Ask for the charging settings of each place. One call for each ten places or so, one when there are none.

        Once nobody waits any more (`is_awaited`), it ends with what has come, which is stored but no whole answer.
        """
        pages = KeptSettingsPages(self._rest, self._read, is_awaited)
        reader = SettingsReader(pages, vin)
        try:
            async with aclosing(reader.read()) as places:
                async for _ in places:
                    """The pages are kept; what they hold is read from them at once, for keys that two pages share."""
        except NobodyWaits:
            return Answered(bodies=pages.bodies, documents=await self._take_places(vin, pages))
        except BimmerhubError:
            await self._take_places(vin, pages)
            raise
        documents = await self._take_places(vin, pages)
        gone = await self._gone_places(vin, {place.natural_key for place in documents}) if reader.is_complete else []
        await self._take(b"", [*gone, self._answered(vin, Question.CHARGING_SETTINGS)])
        return Answered(bodies=pages.bodies, documents=[*documents, *gone])

    async def fetch_charging_history(
        self, vin: Vin, since: datetime, until: datetime, *, is_awaited: IsAwaited = always_awaited
    ) -> Answered:
        """Ask for the sessions from `since` to `until` (aware). Cost as `CarDataRest.fetch_charging_history`.

        An answer about the time until now counts as one until it came: BMW takes seconds for it.

        Once nobody waits any more (`is_awaited`), it ends with what has come, which is stored but no whole answer.
        """
        pages = KeptHistoryPages(self._rest, self._keep_sessions, is_awaited)
        is_until_now = self._now_ms() - _to_ms(until) < UNTIL_NOW_MS
        try:
            async with aclosing(HistoryReader(pages, vin).read(since, until)) as items:
                skipped = [item async for item in items if isinstance(item, SkippedPeriod)]
        except NobodyWaits:
            return Answered(bodies=pages.bodies, documents=pages.documents)
        span = span_body(_to_ms(since), max(_to_ms(until), self._now_ms()) if is_until_now else _to_ms(until))
        answered = self._answered(vin, Question.CHARGING_HISTORY, body=span)
        await self._take(b"", [answered])
        return Answered(bodies=pages.bodies, documents=pages.documents, skipped=skipped)

    async def fetch_values(self, vin: Vin, container_id: str) -> Answered:
        """Ask for the last known values of a container's descriptors. One call.

        BmwRefused CU-105: the container is not this account's, or not any more. BmwUnavailable when the answer as a
        whole cannot be read; it is in quarantine then, and counts as none.
        """
        body = await self._rest.fetch_telematic_data(vin, container_id)
        decoded = decode_telematic_data(
            body, vin=vin, received_at_ms=self._now_ms(), answered_at_ms=self._rest.server_time_ms
        )
        if any(error.descriptor is None for error in decoded.refused):
            await self._take(body, [], decoded)
            raise bodies.unreadable("telematicData")
        answered = self._answered(vin, Question.VALUES, container_id=container_id)
        return Answered(bodies=[body], readings=await self._take(body, [answered], decoded))

    async def fetch_image(self, vin: Vin) -> Answered:
        """Ask for the car's picture, which is kept as a file, also that there is none. One call.

        StoreError when it cannot be kept.
        """
        try:
            png = await self._read(bodies.read_image, await self._rest.fetch_image_body(vin))
        except BmwRefused as error:
            if error.code != NO_IMAGE:
                raise
            png = b""
        await self._images.keep(vin, png)
        await self._take(b"", [self._answered(vin, Question.IMAGE)])
        return Answered(bodies=[png] if png else [])

    async def _take_places(self, vin: Vin, pages: KeptSettingsPages) -> list[Document]:
        """Store the places of the pages that have come, and return them."""
        items = [item for page in pages.bodies for item in _items(page, bodies.CHARGING_SETTINGS)]
        documents = [*forms.place_documents(vin, items, at_ms=self._now_ms())]
        refused = _not_read(bodies.CHARGING_SETTINGS, pages.unreadable_items)
        await self._take(b"".join(pages.bodies), documents, refused=refused)
        return documents

    async def _gone_places(self, vin: Vin, listed: set[str]) -> list[Document]:
        """Return, for each stored place that is not listed any more, the document that says so."""
        stored = await self._documents.documents(vin, CHARGING_PLACE)
        return [
            replace(place, body=GONE, source=Source.REST, fetched_at_ms=self._now_ms())
            for place in stored
            if place.natural_key not in listed and place.body != GONE
        ]

    async def _keep_sessions(self, vin: Vin, body: bytes) -> tuple[ChargingPage, list[Document]]:
        """Store the sessions of one page at once, for the next page may not come; return the page and the sessions."""
        page = await self._read(bodies.read_charging_page, body)
        items = _items(body, bodies.CHARGING_HISTORY)
        documents = [*forms.session_documents(vin, items, at_ms=self._now_ms())]
        await self._take(body, documents, refused=_not_read(bodies.CHARGING_HISTORY, page.unreadable_items))
        return page, documents

    def _answered(
        self, subject: str, question: Question, *, container_id: str | None = None, body: str = ""
    ) -> Document:
        return Document(
            subject=subject,
            kind=ANSWERED,
            natural_key=answered_key(question, container_id),
            body=body,
            source=Source.REST,
            fetched_at_ms=self._now_ms(),
        )

    async def _read(self, read: Callable[[bytes], T], body: bytes) -> T:
        """Return what an answer says; BmwUnavailable for one that cannot be read, which is in quarantine then."""
        try:
            return read(body)
        except BmwUnavailable as error:
            await self._take(body, [], refused=[MalformedPayload(str(error))])
            raise

    async def _take(
        self,
        body: bytes,
        documents: Sequence[Document],
        decoded: Decoded | None = None,
        *,
        refused: Sequence[MalformedPayload] = (),
    ) -> Taken:
        arrival = Arrival(
            place="rest",
            payload=body,
            received_at_ms=self._now_ms(),
            readings=() if decoded is None else decoded.readings,
            errors=refused if decoded is None else [*decoded.refused, *refused],
            documents=documents,
            bmw_ms=self._rest.server_time_ms,
        )
        return await self._ingest.take([arrival], origin=Origin.REST)


def described(vehicle: Vehicle, basic_data: str) -> Vehicle:
    """Return a vehicle with what its basic data (the body of the document) say of it."""
    try:
        basic = read_object(BasicData, msgspec.json.decode(basic_data))
    except NOT_JSON:
        return vehicle
    if basic is None:
        return vehicle
    return replace(
        vehicle,
        brand=shortened(basic.brand),
        model=shortened(basic.model_name),
        drivetrain=shortened(basic.drive_train),
    )


def _not_read(operation: str, items: int) -> list[MalformedPayload]:
    """Return what is said in quarantine of an answer of which so many items could not be read."""
    return [MalformedPayload(f"{operation}: {items} of BMW's items cannot be read")] if items else []


def _items(body: bytes, operation: str) -> list[object]:
    items = bodies.member(bodies.decode_answer(body, operation), "data")
    return items if isinstance(items, list) else []


def _to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
