"""The cars of one account that is asked: who they are, and one question after the other, given to `Ingest`.

All raise the errors of `family_client`. What one car is refused, or fails for one, does not keep the others from being
asked.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bimmerhub.bmw.http import has_answered
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import Question
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError
from bimmerhub.hub.feeds.car_words import CarWords
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar, FamilyClient
from bimmerhub.hub.feeds.mapping_notes import MappingNotes
from bimmerhub.hub.feeds.polled.polled_documents import PolledDocuments
from bimmerhub.hub.feeds.polled.polled_memory import PolledMemory
from bimmerhub.hub.feeds.polled.polled_pace import is_awake
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest, Taken
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.ports.bmw import Asking

CARS_ARE_LISTED_EVERY_MS = DAY_MS
DOUBTFUL_LIST_AFTER_MS = HOUR_MS
"""So long after a list that lacks a car of the one before."""
INCOMPLETE_LIST_AFTER_MS = 6 * HOUR_MS
"""So long after a list of whose cars BMW did not tell all."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of questions brought: of how many cars, by how many answers; what was refused or failed, by car.

    `calls_of_day` are those that were made in the present UTC day; None where the family has no known limit.
    """

    cars: int
    answers: int
    is_active: bool
    refused: Mapping[Vin, str]
    calls_of_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAnswer:
    """What one question of a person brought, and what was stored of it."""

    answer: FamilyAnswer
    taken: Taken


class PolledCars:
    """The questions of one account. `introduce` makes a car known to the hub, `state` is its live state."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        open_client: Callable[[], Awaitable[FamilyClient]],
        opened_client: Callable[[], FamilyClient | None],
        vehicles: StoredVehicles,
        documents: StoredDocuments,
        words: CarWords,
        ingest: Ingest,
        memory: PolledMemory,
        introduce: Callable[[Vehicle], None],
        state: Callable[[Vin], Mapping[str, SignalValue] | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._account = account
        self._open_client = open_client
        self._opened_client = opened_client
        self._vehicles = vehicles
        self._documents = PolledDocuments(documents=documents, memory=memory, take=self._take, now_ms=now_ms)
        self._words = words
        self._ingest = ingest
        self._memory = memory
        self._notes = MappingNotes(vehicles, introduce=introduce, now_ms=now_ms)
        self._state = state
        self._now_ms = now_ms
        self._cars: Sequence[FamilyCar] = ()
        self._list_again_ms: int | None = None
        self._lacking: set[Vin] = set()
        self._listing = asyncio.Lock()
        self._refused: frozenset[Vin] = frozenset()
        self._taken: dict[Vin, tuple[object, ...]] = {}
        self._counting: FamilyClient | None = None
        self._counted = 0

    async def answered_at_ms(self, asking: Asking) -> int | None:
        """Return when BMW answered a question last, milliseconds UTC; None for never, and for half an answer."""
        return await self._memory.answered_at_ms(asking.vin, _noted_as(asking))

    async def list_cars(self) -> int:
        """Ask which cars the account has, now; return how many."""
        async with self._counting_calls():
            async with self._listing:
                await self._list()
            await self._memory.note(at_ms=self._now_ms())
        return len(self._cars)

    async def ask_for(self, vin: Vin, asking: Asking) -> AskedAnswer:
        """Ask for one thing of one car, now, and store what comes; ConfigError for a car that BMW does not list."""
        async with self._counting_calls():
            answer = await self._answer_to(asking, await self._find(vin))
        taken = await self._take(answer)
        if answer.is_complete:
            await self._memory.note_answer(vin, _noted_as(asking), at_ms=self._now_ms())
        if asking.question is not Question.VALUES and asking.part is None:
            await self._memory.note_document(vin, asking.question.kind, at_ms=self._now_ms())
        await self._memory.note(at_ms=self._now_ms())
        return AskedAnswer(answer=answer, taken=taken)

    async def _answer_to(self, asking: Asking, car: FamilyCar) -> FamilyAnswer:
        if asking.question is Question.VALUES:
            return await car.fetch_readings()
        if asking.item is not None:
            return await car.fetch_item(asking.question.kind, asking.item)
        return await self._documents.fetch(car, asking.question.kind, month=asking.month)

    async def fetch_image(self, vin: Vin, view: str | None) -> bytes:
        """Ask for a picture of one car, now; ConfigError as `ask_for`, and for a view that there is not."""
        async with self._counting_calls():
            return await (await self._find(vin)).fetch_image(view)

    async def _find(self, vin: Vin) -> FamilyCar:
        await self._meet()
        car = next((car for car in self._cars if car.vehicle.vin == vin), None)
        if car is None:
            raise ConfigError(
                f"BMW does not list {mask_vin(vin)} for {self._account.name}",
                hint=f"Ask which cars it has: bimmerhub fetch mappings --account {self._account.name}",
            )
        return car

    async def ask(self) -> Round:
        """Ask for the state of each car, and for the documents that are due; list the cars once a day.

        They are listed again when a car is refused for the first time: BMW may not name it any more.
        """
        async with self._counting_calls():
            return await self._ask()

    async def _ask(self) -> Round:
        await self._forget_erased()
        await self._memory.note(at_ms=self._now_ms())
        await self._meet()
        cars = await self._given()
        answers, is_active = 0, False
        refused, failed = dict[Vin, BmwRefused](), dict[Vin, BmwUnavailable]()
        for car in cars:
            vin = car.vehicle.vin
            try:
                is_active |= await self._ask_for_state(car)
            except BmwRefused as error:
                refused[vin] = error
                continue
            except BmwUnavailable as error:
                if not has_answered(error):
                    raise
                failed[vin] = error
                continue
            answers += 1 + await self._documents.fetch_due(car)
        if failed and not answers:
            raise next(iter(failed.values()))
        if refused:
            refused = await self._still_refused(refused, asked=len(cars))
        self._refused = frozenset(refused)
        calls_of_day = await self.calls_of_day()
        await self._memory.note(at_ms=self._now_ms())
        return Round(
            cars=len(await self._given()),
            answers=answers,
            is_active=is_active,
            refused={vin: str(error) for vin, error in (*refused.items(), *failed.items())},
            calls_of_day=calls_of_day,
        )

    async def _ask_for_state(self, car: FamilyCar) -> bool:
        """Ask for the state of a car, and store it; tell whether the car charges or is driven."""
        vin = car.vehicle.vin
        odometer = self._odometer(vin)
        await self._take_state(vin, await car.fetch_readings())
        return is_awake(self._state(vin), odometer_before=odometer)

    async def calls_of_day(self) -> int | None:
        """Return how many calls were made in the present UTC day; None where the family has no known limit.

        A person's questions and commands count too. None as well while the account's client is not open.
        """
        client = self._opened_client()
        sent = None if client is None else client.requests_sent
        if sent is None:
            return None
        counted = self._counted if self._counting is client else 0
        self._counting, self._counted = client, sent
        await self._memory.note_calls(sent - counted, at_ms=self._now_ms())
        return await self._memory.calls_of_day(now_ms=self._now_ms())

    async def note_calls(self) -> None:
        """Store how many calls were made, so that a restart knows of them; nothing is sent."""
        if await self.calls_of_day() is not None:
            await self._memory.save()

    @asynccontextmanager
    async def _counting_calls(self) -> AsyncGenerator[None]:
        """Store how many calls were made once the block ends, of what failed too."""
        try:
            yield
        finally:
            await self.note_calls()

    async def _forget_erased(self) -> None:
        """Forget what was noted of cars that are stored no more: one that BMW lists all the same is asked for anew."""
        stored = {car.vin for car in await self._vehicles.vehicles()}
        self._taken = {vin: contents for vin, contents in self._taken.items() if vin in stored}
        await self._memory.keep_only(stored)

    async def _given(self) -> Sequence[FamilyCar]:
        """Return the listed cars that are to be asked for: not archived, and not another account's now."""
        given = await self._given_vins()
        return [car for car in self._cars if car.vehicle.vin in given]

    async def _given_vins(self) -> set[Vin]:
        return {car.vin for car in await self._vehicles.vehicles() if car.is_given_to(self._account.id)}

    async def _still_refused(self, refused: Mapping[Vin, BmwRefused], *, asked: int) -> dict[Vin, BmwRefused]:
        """Return those of the refused cars that BMW still lists.

        The refusal itself is raised when it is of every car: then it is not about one car, but the account is locked,
        say, or all is switched off.
        """
        if not refused.keys() <= self._refused:
            async with self._listing:
                self._lacking |= refused.keys()  # one that is refused and not listed is gone
                await self._list()
        listed = {car.vehicle.vin for car in self._cars}
        still = {vin: error for vin, error in refused.items() if vin in listed}
        if len(still) == asked:
            raise next(reversed(still.values()))
        return still

    async def _meet(self) -> None:
        async with self._listing:
            again_ms = self._list_again_ms
            if again_ms is not None and 0 < again_ms - self._now_ms() <= CARS_ARE_LISTED_EVERY_MS:
                return
            try:
                await self._list()
            except BmwUnavailable as error:
                if not (self._cars and has_answered(error)):
                    raise
                _log.info("%s: the cars cannot be listed anew: %s", self._account.name, error)

    async def _list(self) -> None:
        """List the cars. One that the list lacks is gone when the next one lacks it too: BMW forgets some at times.

        Until then it is asked for as before.
        """
        await self._forget_erased()
        now_ms = self._now_ms()
        client = await self._open_client()
        listed = await client.fetch_cars()
        for car in listed:
            await self._words.save(self._account.family, car.vehicle, seen_at_ms=now_ms)
        lacking = await self._given_vins() - {car.vehicle.vin for car in listed}
        doubtful = lacking - self._lacking
        self._lacking = lacking
        self._cars = [*listed, *(car for car in self._cars if car.vehicle.vin in doubtful)]
        rows = [VehicleMapping(vin=car.vehicle.vin, mapping=None, mapped_since_ms=None) for car in listed]
        await self._notes.note(self._account, rows, is_complete=not doubtful)
        usual_ms = CARS_ARE_LISTED_EVERY_MS if all(car.is_complete for car in listed) else INCOMPLETE_LIST_AFTER_MS
        self._list_again_ms = now_ms + (DOUBTFUL_LIST_AFTER_MS if doubtful else usual_ms)
        await self._memory.note_answer(None, Question.MAPPINGS.value, at_ms=now_ms)

    async def _take_state(self, vin: Vin, answer: FamilyAnswer) -> None:
        """Store a state, unless it is the same as at the last question: then nothing of it is new."""
        contents = (*((row.descriptor, row.value, row.measured_at_ms) for row in answer.readings), len(answer.refused))
        if self._taken.get(vin) != contents:
            await self._take(answer)
            self._taken[vin] = contents
        await self._memory.note_answer(vin, Question.VALUES.value, at_ms=self._now_ms())

    async def _take(self, answer: FamilyAnswer) -> Taken:
        arrival = arrival_of(self._account.family, answer, received_at_ms=self._now_ms())
        return await self._ingest.take([arrival], origin=Origin.REST)

    def _odometer(self, vin: Vin) -> object:
        signal = (self._state(vin) or {}).get("odometer_km")
        return None if signal is None else signal.value


def _noted_as(asking: Asking) -> str:
    return asking.question.value if asking.part is None else f"{asking.question.value}/{asking.part}"


def arrival_of(family: Family, answer: FamilyAnswer, *, received_at_ms: int) -> Arrival:
    """Return an answer of a family as what is stored."""
    return Arrival(
        place=family.value,
        payload=answer.body,
        received_at_ms=received_at_ms,
        readings=answer.readings,
        errors=answer.refused,
        documents=answer.documents,
        bmw_ms=answer.answered_at_ms,
    )
