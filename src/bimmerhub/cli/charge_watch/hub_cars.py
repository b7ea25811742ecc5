"""Looks at the cars of a hub: at its start, whenever a live event brings news of a battery, and now and then."""

import asyncio
import time
from collections.abc import Callable

from bimmerhub.cli.arguments.wanted_cars import WantedCars
from bimmerhub.cli.charge_watch.glimpse import Glimpse
from bimmerhub.cli.hub_access.hub_client import HubClient, end_of_events
from bimmerhub.cli.hub_access.hub_streams import events
from bimmerhub.cli.printing.link_words import spell_link
from bimmerhub.cli.printing.output import say, with_hint
from bimmerhub.cli.reads import public
from bimmerhub.domain.charge_log import SIGNALS, Dated, read_instant
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin
from bimmerhub.times import parse_time
from bimmerhub.views.account.links import LinkAnswer
from bimmerhub.views.cars.state import StateAnswer
from bimmerhub.views.events import GapEvent, SignalEvent

WELL = frozenset({"connected", "polling"})
TROUBLES = frozenset({"signed_out", "waiting", "refused"})
SETTLED_AFTER_S = 1.0
"""What a car says of one moment comes in several messages, as of a plug that is pulled: they are taken together."""

Take = Callable[[Glimpse], None]


async def follow_hub(client: HubClient, wanted: WantedCars, *, every_s: float, take: Take) -> None:
    """Give each look to `take`, until StoreError says that the hub has stopped; BMW is never asked.

    `every_s` is how often the hub's own state is read besides, should an event have been missed.
    """
    news = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_listen(client, wanted, news), name="live events")
        while True:
            await _look(client, wanted, take)
            try:
                async with asyncio.timeout(every_s):
                    await news.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(SETTLED_AFTER_S)
            news.clear()


async def _listen(client: HubClient, wanted: WantedCars, news: asyncio.Event) -> None:
    links = _LinkWords()
    async for event in events(client.hub):
        if isinstance(event, GapEvent):
            news.set()
        if isinstance(event, LinkAnswer) and wanted.account in (None, event.account):
            links.tell(event)
        if isinstance(event, SignalEvent) and event.name in SIGNALS and await wanted.includes(event.vin):
            news.set()
    raise end_of_events()


class _LinkWords:
    """Says what keeps BMW from telling, once, and that it is over."""

    def __init__(self) -> None:
        self._troubles: dict[str, str] = {}

    def tell(self, link: LinkAnswer) -> None:
        """Say how a link stands unless that was said; one that only connects anew is not spoken of."""
        is_well = link.state in WELL
        if not (is_well or link.state in TROUBLES):
            return
        before = self._troubles.pop(link.account, None)
        if not is_well:
            self._troubles[link.account] = link.state
        if before != self._troubles.get(link.account):
            say(with_hint(spell_link(link), link.hint))


async def _look(client: HubClient, wanted: WantedCars, take: Take) -> None:
    await wanted.load()
    for vin, model in wanted.models().items():
        read = public.state(vin)
        try:
            state = await client.fetch(read.path, read.shape)
        except NotFound:  # erased meanwhile
            continue
        take(_glimpse(vin, model, state))


def _glimpse(vin: Vin, model: str | None, state: StateAnswer) -> Glimpse:
    signals = {
        name: Dated(signal.value, parse_time(signal.measured_at, name="measured_at"))
        for name in SIGNALS
        if (signal := state.signals.get(name)) is not None
    }
    return Glimpse(vin=vin, model=model or "Car", seen_at_ms=time.time_ns() // 1_000_000, instant=read_instant(signals))
