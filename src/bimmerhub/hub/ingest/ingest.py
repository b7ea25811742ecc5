"""The one way in for readings and documents, whoever brings them.

What arrives is judged, stored durably, taken into the live state and told to listeners, in this order; nothing is told
that is not on disk. While the store fails (a full disk, say), what cannot be asked for again is kept and tried again.
What was given is in the hands of the ingest, whatever becomes of the giver: it ends with `close` and `finish`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from bimmerhub.domain.events import Event, ReadingStored
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest.incoming import LIVE, Arrival, Origin, to_batch, without_contents
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Appended, Batch, ReadingLog

_log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
FINISH_S = 1.0
"""How long the stop waits for what was taken: the hub has 3 s for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of arrivals: readings that were new, readings that the store had already, and what was refused.

    `dropped` counts those that are older than a person wants readings kept.

    Through them earlier readings were `withdrawn` from what is stored, or `returned` to it.
    """

    new: int
    repeated: int
    refused: Sequence[Refused]
    withdrawn: Sequence[Reading] = ()
    returned: Sequence[Reading] = ()
    dropped: int = 0


@dataclass(slots=True)
class IngestFigures:
    """Counters since the hub started; one object, owned by the event loop.

    `stored` counts readings of streams and REST calls, `refused` what was refused of all that came, imports included.
    `not_stored` counts messages and answers that were given up, by `Ingest` or in the buffer before it.
    """

    stored: int = 0
    refused: int = 0
    not_stored: int = 0
    last_store_error: str | None = None


async def _nothing_to_reload(_: Vin) -> Sequence[Event]:
    return ()


class Ingest:
    """Takes what arrives.

    `introduce` gets each vehicle that nothing was known of before. `fold` brings stored readings into the live state
    and returns what changed there; `tell` gets that, and the readings of streams and REST calls. `reload` makes the
    live state of a vehicle anew when stored readings turned out to be false, or set-apart ones true. `appended` is
    called after each commit. An import without a hub has none of them. `sold` says from when on (milliseconds UTC) what
    an archived vehicle tells is its next owner's: live readings of that time are not stored (the raw journal has them
    for some days), an import's are refused.
    """

    def __init__(
        self,
        log: ReadingLog,
        *,
        fold: Callable[[Sequence[Reading]], Sequence[Event]] = lambda _: (),
        tell: Callable[[Sequence[Event]], None] = lambda _: None,
        introduce: Callable[[Vehicle], None] = lambda _: None,
        reload: Callable[[Vin], Awaitable[Sequence[Event]]] = _nothing_to_reload,
        jitter: random.Random | None = None,
        appended: Callable[[], None] = lambda: None,
        sold: Mapping[Vin, int] | None = None,
    ) -> None:
        self.figures = IngestFigures()
        self._log = log
        self._fold = fold
        self._tell = tell
        self._introduce = introduce
        self._reload = reload
        self._appended = appended
        self._sold = {} if sold is None else sold
        self._under_way = 0
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._closed = asyncio.Event()
        self._takings: dict[asyncio.Task[Taken], int] = {}  # with how many arrivals each has

    @property
    def is_storing(self) -> bool:
        """Whether the store took what it was given last."""
        return self.figures.last_store_error is None

    @property
    def is_busy(self) -> bool:
        """Whether something is being stored just now."""
        return self._under_way > 0

    async def take(
        self,
        arrivals: Sequence[Arrival],
        *,
        origin: Origin,
        give_up: asyncio.Event | None = None,
        in_order: asyncio.Lock | None = None,
    ) -> Taken:
        """Store the arrivals in one commit, then tell what changed; return what became of them.

        StoreError when the store fails: at once for an import and a release, for a person waits and can ask again.
        Streams and REST calls are tried again, until `give_up` is set or the hub stops; then they are tried once more
        before they are counted as not stored. What shares `in_order` is stored in the order in which it was given.

        Cancelled, it goes on all the same: what was given is stored and told, with nobody waiting for it any more.
        """
        # In no task group: one that fails would end the others, and the caller may be gone before it is done.
        taking = asyncio.create_task(
            self._take(arrivals, origin=origin, give_up=give_up or self._closed, in_order=in_order or asyncio.Lock()),
            name=f"take {len(arrivals)} of {origin.name}",
        )
        self._takings[taking] = len(arrivals)
        taking.add_done_callback(self._takings.pop)
        try:
            await asyncio.wait({taking})
        except asyncio.CancelledError:
            taking.add_done_callback(partial(_log_failure, arrivals=len(arrivals)))
            raise
        return taking.result()

    def close(self) -> None:
        """Stop trying again, since the hub stops: what the store does not take at its next try is not stored."""
        self._closed.set()

    async def finish(self) -> None:
        """After `close`, return when everything that was taken is stored and told, or given up after `FINISH_S`.

        What is given up is logged with its number. If the store writes it after all, it is folded at the next start.
        """
        if not self._takings:
            return
        _, late = await asyncio.wait(set(self._takings), timeout=FINISH_S)
        if not late:
            return
        arrivals = sum(self._takings[taking] for taking in late)
        self.figures.not_stored += arrivals
        _log.error("%d messages or answers were not stored within %.1f s of the stop", arrivals, FINISH_S)
        for taking in late:
            taking.cancel()
        await asyncio.wait(late)

    async def settle(self) -> None:
        """Return when everything that was taken so far is stored and told, or after `FINISH_S`."""
        if self._takings:
            await asyncio.wait(set(self._takings), timeout=FINISH_S)

    async def reload(self, vin: Vin) -> None:
        """Make the live state of a vehicle anew, since stored readings changed sides, and tell what is another one."""
        try:
            self._tell(await self._reload(vin))
        except StoreError as error:
            _log.warning("the live state of %s is not made anew: %s", mask_vin(vin), error)

    async def _take(
        self, arrivals: Sequence[Arrival], *, origin: Origin, give_up: asyncio.Event, in_order: asyncio.Lock
    ) -> Taken:
        batch = to_batch(arrivals, origin, sold=self._sold)  # while the batch before is being written
        async with in_order:
            try:
                appended = await self._store(batch, len(arrivals), origin=origin, give_up=give_up)
            except ValueError as error:
                return await self._take_apart(arrivals, error, origin=origin, give_up=give_up)
        # The batch behind is given to the store before this one is folded. That takes no more than a turn: whoever
        # rejects what was stored here then makes the live state anew, and that has to come after this fold.
        await asyncio.sleep(0)
        return await self._settle(batch, appended, origin)

    async def _store(self, batch: Batch, arrivals: int, *, origin: Origin, give_up: asyncio.Event) -> Appended:
        """Return once the batch is durable; StoreError, counted, when it is given up."""
        self._under_way += 1
        try:
            return await self._append(batch, origin, give_up)
        except StoreError:
            if origin in LIVE:
                self.figures.not_stored += arrivals
            raise
        finally:
            self._under_way -= 1

    async def _settle(self, batch: Batch, appended: Appended, origin: Origin) -> Taken:
        """Fold and tell what was stored."""
        self._appended()
        for vehicle in appended.met:
            self._introduce(vehicle)
        refused = [*_still_refused(batch, appended), *appended.set_apart]
        readings = [*_not_rejected(batch, appended), *appended.believed]
        await self._announce(readings, appended.changed, origin, refused=refused)
        return Taken(
            new=appended.new,
            repeated=appended.repeated,
            refused=refused,
            withdrawn=appended.withdrawn,
            returned=appended.returned,
            dropped=len(appended.dropped),
        )

    async def _append(self, batch: Batch, origin: Origin, give_up: asyncio.Event) -> Appended:
        """Return once the batch is durable, however often that has to be tried; StoreError when it is given up."""
        pause_s = FIRST_RETRY_S
        while True:
            try:
                appended = await self._log.append(batch)
            except StoreError as error:
                if origin not in LIVE:
                    raise
                self._note_failure(error)
                if give_up.is_set():
                    raise
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._jitter.uniform(0.5, 1.0) * pause_s):
                        await give_up.wait()
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
            else:
                self._note_success()
                return appended

    def _note_failure(self, error: StoreError) -> None:
        if self.is_storing:
            _log.error("cannot store what comes in, trying again: %s", error)
        self.figures.last_store_error = str(error)

    def _note_success(self) -> None:
        if not self.is_storing:
            _log.warning("the store takes readings again")
        self.figures.last_store_error = None

    async def _announce(
        self, readings: Sequence[Reading], changed: Collection[Vin], origin: Origin, *, refused: Sequence[Refused]
    ) -> None:
        events: list[Event] = []
        self.figures.refused += len(refused)
        if origin in LIVE:
            self.figures.stored += len(readings)
            events += [ReadingStored(reading=reading) for reading in readings]
        events += self._fold([*readings, *(item.unclear for item in refused if item.unclear is not None)])
        self._tell(events)
        for vin in changed:
            await self.reload(vin)

    async def _take_apart(
        self, arrivals: Sequence[Arrival], error: ValueError, *, origin: Origin, give_up: asyncio.Event
    ) -> Taken:
        """Store in halves what cannot be stored as a whole: the arrival that the store cannot represent is refused."""
        if len(arrivals) > 1:
            middle = len(arrivals) // 2
            halves = [arrivals[:middle], arrivals[middle:]]
        elif arrivals[0].readings or arrivals[0].documents:
            _log.error("%s: something cannot be stored: %s", arrivals[0].place, error)
            halves = [[without_contents(arrivals[0], error)]]
        else:
            raise error
        return _joined([await self._take_half(half, origin=origin, give_up=give_up) for half in halves])

    async def _take_half(self, arrivals: Sequence[Arrival], *, origin: Origin, give_up: asyncio.Event) -> Taken:
        batch = to_batch(arrivals, origin, sold=self._sold)
        try:
            appended = await self._store(batch, len(arrivals), origin=origin, give_up=give_up)
        except ValueError as error:
            return await self._take_apart(arrivals, error, origin=origin, give_up=give_up)
        return await self._settle(batch, appended, origin)


def _log_failure(taking: asyncio.Task[Taken], *, arrivals: int) -> None:
    """Log what became of a taking that nobody waits for, if it failed."""
    if not taking.cancelled() and (error := taking.exception()) is not None:
        _log.error("%d messages or answers could not be stored: %s", arrivals, error)


def _still_refused(batch: Batch, appended: Appended) -> Sequence[Refused]:
    """Return what is refused of a batch: not what a person released."""
    if not (batch.refused and appended.believed):
        return batch.refused
    believed = set(appended.believed)
    return [item for item in batch.refused if item.reading not in believed]


def _not_rejected(batch: Batch, appended: Appended) -> Sequence[Reading]:
    """Return the readings of a batch that are stored: not what a person rejected, nor what is older than they want."""
    if not appended.rejected and not appended.dropped:
        return batch.readings
    left_out = {*appended.rejected, *appended.dropped}
    return [reading for reading in batch.readings if reading not in left_out]


def _joined(parts: Sequence[Taken]) -> Taken:
    return Taken(
        new=sum(part.new for part in parts),
        repeated=sum(part.repeated for part in parts),
        refused=[item for part in parts for item in part.refused],
        withdrawn=[reading for part in parts for reading in part.withdrawn],
        returned=[reading for part in parts for reading in part.returned],
        dropped=sum(part.dropped for part in parts),
    )
