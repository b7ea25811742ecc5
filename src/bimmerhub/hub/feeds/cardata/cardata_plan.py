"""What an account's plan of REST calls depends on, and what came of the calls: read from the store, kept in it.

The plan itself is pure (`domain.account.plan`). What came of a call is noted before it is made and after it, so that
neither a restart nor a crash makes it again. The notes are settings, one for each thing that is asked for and for each
pause; the key ends with the VIN where there is one. A note that cannot be read does not count. The plan and its notes
live by BMW's clock as far as it is known; what else is stored was stamped by this machine's.
"""

import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import msgspec

from bimmerhub.domain.account.calls import Ask, CallEnd, Hold, Kind, Past, holds_after
from bimmerhub.domain.account.plan import PlanCar, PlanState, period_of, refused_cars
from bimmerhub.domain.account.quota import day_start_ms
from bimmerhub.domain.documents import ANSWERED, Question, answered_key
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.feeds.cardata.cardata_containers import CONTAINER_LISTS, stored_parts
from bimmerhub.hub.feeds.cardata.cardata_vehicles import load_met_at_ms
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer, StoredContainers
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import MINUTE_MS

AFTER_RESET_SPREAD_MS = 10 * MINUTE_MS
_WITHOUT_PLUG = frozenset({"CONV", "MHEV"})
"""BMW's words for drivetrains, in basic data."""
_QUESTIONS: Mapping[Kind, Question] = {
    Kind.BASIC_DATA: Question.BASIC_DATA,
    Kind.TYRES: Question.TYRES,
    Kind.CHARGING_SETTINGS: Question.CHARGING_SETTINGS,
}
"""What a person asks too, and whose answer then counts here."""

T = TypeVar("T")


class CallBook:
    """One account's calls: the state of its plan, and what came of each call. `streams`: values come by stream too."""

    def __init__(
        self,
        account: StoredAccount,
        rest: RestSettings,
        *,
        streams: bool,
        quotas: QuotaBook,
        vehicles: StoredVehicles,
        containers: StoredContainers,
        documents: StoredDocuments,
        images: CarImages,
        settings: StoredSettings,
    ) -> None:
        self._account = account
        self._rest = rest
        self._streams = streams
        self._quotas = quotas
        self._vehicles = vehicles
        self._containers = containers
        self._documents = documents
        self._images = images
        self._settings = settings
        self._clock = quotas.bmw_clock
        self._past_prefix = f"rest.call.{account.owner}."
        self._hold_prefix = f"rest.hold.{account.owner}."
        self._link_back_key = f"rest.link_back_ms.{account.owner}"

    async def load_state(self) -> PlanState:
        """Return everything that the account's plan depends on now."""
        now_ms = self._clock.now_ms()
        quota = await self._quotas.load(self._account, at_ms=now_ms)
        day_before = await self._quotas.load(self._account, at_ms=day_start_ms(now_ms) - 1)
        past = await self._load_past()  # before the cars: an answer that is read has its cars stored
        cars = [car for car in await self._vehicles.vehicles() if car.is_given_to(self._account.id)]
        containers = await self._containers.containers(self._account.id)
        parts = {kind: stored_parts(containers, wanted()) for kind, wanted in CONTAINER_LISTS.items()}
        in_use = {container.id for of_kind in parts.values() for container in of_kind}
        return PlanState(
            now_ms=now_ms,
            used=quota.used,
            used_day_before=day_before.used,
            rules=self._rest.quota,
            refresh_ms=self._rest.refresh_ms(streams=self._streams),
            cars=tuple(self._car(car) for car in cars),
            past=await self._with_answers(past, cars, parts),
            containers={kind: len(of_kind) for kind, of_kind in parts.items()},
            old_containers=sum(container.id not in in_use for container in containers),
            link_back_ms=await self._load_link_back_ms(),
            holds=await self._load_holds(),
            spread_ms=zlib.crc32(self._account.owner.encode()) % AFTER_RESET_SPREAD_MS,
        )

    async def load_refused(self) -> dict[Vin, int]:
        """Return the cars whose data BMW refused, with when they are asked for again (milliseconds UTC)."""
        return refused_cars(await self.load_state())

    async def load_used(self) -> int:
        """Return how many of the day's calls were made, by whomever."""
        return (await self._quotas.load(self._account)).used

    async def load_last_answer_ms(self) -> int | None:
        """Return when BMW answered a planned call last, None for never."""
        now_ms = self._clock.now_ms()
        answers_ms = [past.as_of(now_ms).answered_at_ms for past in (await self._load_past()).values()]
        return max((at_ms for at_ms in answers_ms if at_ms is not None), default=None)

    async def begin(self, ask: Ask) -> Past:
        """Note that a call is about to be made, and return what had come of it before."""
        now_ms = self._clock.now_ms()
        before = (await self._load_past()).get(ask, Past()).as_of(now_ms)
        await self._save_past(ask, before.begun(now_ms))
        return before

    async def take_back(self, ask: Ask, before: Past) -> None:
        """Note that the call that had begun was given up; `before` is what `begin` returned."""
        await self._save_past(ask, before)

    async def end(self, ask: Ask, ending: CallEnd, *, retry_after_s: float = 0.0) -> None:
        """Note how the call that had begun ended."""
        state = await self.load_state()
        period_ms = period_of(state, ask.kind)
        await self._save_past(ask, state.past_of(ask).ended(ending, state.now_ms, period_ms=period_ms))
        holds = holds_after(state.holds, ask, ending, state.now_ms, retry_after_s=retry_after_s)
        for vin in {*state.holds, *holds}:
            if holds.get(vin) != state.holds.get(vin):
                await self._save_hold(vin, holds.get(vin))

    async def note_link_back(self, at_ms: int) -> None:
        """Note that the stream came back from an outage."""
        await self._settings.save_setting(self._link_back_key, str(at_ms))

    async def forgive(self) -> None:
        """Forget the pauses that failures made; what was asked for within the last minute waits for its end."""
        for ask, past in (await self._load_past()).items():
            if past.not_before_ms > self._clock.now_ms():
                await self._save_past(ask, past.forgiven())
        for vin in await self._load_holds():
            await self._save_hold(vin, None)

    async def _with_answers(
        self, past: dict[Ask, Past], cars: Sequence[Vehicle], parts: Mapping[Kind, Sequence[StoredContainer]]
    ) -> dict[Ask, Past]:
        """Return the past with the answers that came by other ways: to a person, or when a new car streamed.

        Basic data that say nothing of the vehicle yet came when the hub was about to end: they are asked for again.
        """
        answers: dict[Ask, int | None] = {}
        for car in cars:
            answered = {
                document.natural_key: document.fetched_at_ms
                for document in await self._documents.documents(car.vin, ANSWERED)
            }
            for kind, question in _QUESTIONS.items():
                answers[Ask(kind=kind, vin=car.vin)] = answered.get(answered_key(question))
            if not (car.brand or car.model or car.drivetrain):
                answers[Ask(kind=Kind.BASIC_DATA, vin=car.vin)] = None
            for kind, containers in parts.items():
                keys = [answered_key(Question.VALUES, container.id) for container in containers]
                if keys and all(key in answered for key in keys):
                    answers[Ask(kind=kind, vin=car.vin)] = min(answered[key] for key in keys)
        for ask, answered_at_ms in answers.items():
            past[ask] = self._answered(past.get(ask, Past()), answered_at_ms)
        return past

    def _car(self, car: Vehicle) -> PlanCar:
        may_charge = car.drivetrain not in _WITHOUT_PLUG
        return PlanCar(vin=car.vin, may_charge=may_charge, wants_image=self._images.is_wanted(car.vin))

    async def _load_past(self) -> dict[Ask, Past]:
        """Return what came of each call; the mappings may have been asked for when a new car streamed, too."""
        notes = await self._load_notes(self._past_prefix, Past)
        kinds = set(Kind)
        parts = [(key.partition("."), past) for key, past in notes.items()]
        past = {
            Ask(kind=Kind(kind), vin=Vin(vin) if vin else None): past for (kind, _, vin), past in parts if kind in kinds
        }
        mappings = Ask(kind=Kind.MAPPINGS)
        met_at_ms = await load_met_at_ms(self._settings, self._account)
        return {**past, mappings: self._answered(past.get(mappings, Past()), met_at_ms)}

    async def _load_holds(self) -> dict[Vin | None, Hold]:
        notes = await self._load_notes(self._hold_prefix, Hold)
        return {Vin(vin) if vin else None: hold for vin, hold in notes.items()}

    async def _load_link_back_ms(self) -> int | None:
        stored = (await self._settings.load_settings(self._link_back_key)).get(self._link_back_key)
        return None if stored is None else int(stored)

    async def _load_notes(self, prefix: str, kind: type[T]) -> dict[str, T]:
        """Return the notes by what follows `prefix` in their key."""
        notes: dict[str, T] = {}
        for key, text in (await self._settings.load_settings(prefix)).items():
            with suppress(*NOT_JSON):
                notes[key.removeprefix(prefix)] = msgspec.json.decode(text, type=kind)
        return notes

    async def _save_past(self, ask: Ask, past: Past) -> None:
        key = self._past_prefix + (ask.kind if ask.vin is None else f"{ask.kind}.{ask.vin}")
        await self._settings.save_setting(key, msgspec.json.encode(past).decode())

    async def _save_hold(self, vin: Vin | None, hold: Hold | None) -> None:
        text = None if hold is None else msgspec.json.encode(hold).decode()
        await self._settings.save_setting(self._hold_prefix + (vin or ""), text)

    def _answered(self, past: Past, at_ms: int | None) -> Past:
        """Return the past with one more answer, which came at `at_ms` by our clock, and may be an older one.

        One that is still to come was stamped by a clock that was wrong: it does not count.
        """
        answered_at_ms = None if at_ms is None else self._clock.from_ours(at_ms)
        if answered_at_ms is None or answered_at_ms > self._clock.now_ms():
            return past
        return replace(past, answered_at_ms=max(answered_at_ms, past.answered_at_ms or answered_at_ms))
