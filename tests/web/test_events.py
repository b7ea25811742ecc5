"""Live events: order, filters, resuming, gaps, the end."""

from typing import TYPE_CHECKING, cast

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.quota import Quota, Spent
from bimmerhub.domain.events import AccountLinkChanged, Event, QuotaChanged, ReadingStored, SignalChanged
from bimmerhub.ids import Vin
from bimmerhub.views import event_ring
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.viewer import OWNER
from bimmerhub.web.event_stream import next_chunk

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite, ReadingMaker, Site

VIN = Vin("WBY00000000000042")
OTHER = Vin("WMW00000000000303")
LINK = AccountLinkChanged(
    link=Link(account="home", family=Family.CARDATA, state=LinkState.WAITING, reason="cut", hint=None, since_ms=0)
)
QUOTA = QuotaChanged(
    quota=Quota(
        account="home",
        used=1,
        limit=50,
        resets_at_ms=0,
        spent=[Spent(caller="schedule", operation="basicData", calls=1)],
    )
)


async def signal_of(site: "Site", reading: "ReadingMaker") -> SignalChanged:
    await site.fold(reading(64))
    return SignalChanged(vin=VIN, signal=(site.vehicles.state(VIN) or {})["soc_percent"])


async def test_every_kind_arrives_with_increasing_ids(site: "Site", reading: "ReadingMaker") -> None:
    async with site.listen() as events:
        site.events.publish([ReadingStored(reading=reading(64)), await signal_of(site, reading), LINK, QUOTA])
        published = [await events.next() for _ in range(4)]
    assert [one.kind for one in published] == ["reading", "signal", "link", "quota"]
    assert [one.id for one in published] == [1_770_000_000_000_000 + n for n in range(4)]
    assert published[0].data["value"] == published[1].data["value"] == 64
    assert published[1].data["name"] == "soc_percent"
    assert published[2].data["reason"] == "cut"
    assert published[3].data["remaining"] == 49


async def test_filters_leave_out_the_rest(site: "Site", reading: "ReadingMaker") -> None:
    other = ReadingStored(reading=reading(1, vin=OTHER))
    mine = ReadingStored(reading=reading(2))
    async with site.listen(f"?vin={VIN}") as of_car, site.listen("?kind=link,quota") as of_kind:
        site.events.publish([other, LINK, mine, QUOTA])
        assert (await of_car.next()).data["value"] == 2
        assert [(await of_kind.next()).kind, (await of_kind.next()).kind] == ["link", "quota"]


async def test_last_event_id_resumes_without_loss(site: "Site", reading: "ReadingMaker") -> None:
    async with site.listen() as events:
        site.events.publish([ReadingStored(reading=reading(n)) for n in range(3)])
        last = await events.next()
    async with site.listen("", **{"Last-Event-ID": str(last.id)}) as events:
        assert [(await events.next()).data["value"] for _ in range(2)] == [1, 2]
        site.events.publish([ReadingStored(reading=reading(3))])
        assert (await events.next()).data["value"] == 3


async def test_long_texts_push_out_the_oldest_events(
    site: "Site", reading: "ReadingMaker", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_ring, "RING_TEXT", 10_000)
    async with site.listen() as events:
        site.events.publish([ReadingStored(reading=reading("x" * 1_000)) for _ in range(15)])
        gap = await events.next()
        assert (gap.kind, gap.data) == ("gap", {"dropped": 5})
        newest = site.events.next_id
        assert [(await events.next()).id for _ in range(10)] == list(range(newest - 10, newest))


async def test_reader_takes_few_long_texts_at_a_time(reading: "ReadingMaker") -> None:
    ring = EventRing(now_ms=lambda: 1)
    with ring.read(OWNER) as reader:
        ring.publish([ReadingStored(reading=reading("x" * 100_000)) for _ in range(10)])
        batches = [await reader.next_batch() for _ in range(4)]
    assert [len(batch.entries) for batch in batches if batch is not None] == [3, 3, 3, 1]


async def test_id_that_is_not_there_any_more_gives_a_gap_of_unknown_size(site: "Site") -> None:
    for last_id in ("5", "1770000000000999", "9" * 19):
        async with site.listen("", **{"Last-Event-ID": last_id}) as events:
            assert await events.next_block() == 'event: gap\ndata: {"dropped":null}\n\n'


async def test_nonsense_for_an_id_starts_at_the_present(site: "Site") -> None:
    for last_id in ("nonsense", "-1", "9" * 4000, "١٢"):
        async with site.listen("", **{"Last-Event-ID": last_id}) as events:
            site.events.publish([LINK])
            assert (await events.next()).kind == "link"


async def test_overtaken_reader_loses_the_oldest_and_is_told(open_a_site: "OpenSite", reading: "ReadingMaker") -> None:
    async with open_a_site(ring_events=10) as site, site.listen() as events:
        site.events.publish([ReadingStored(reading=reading(n)) for n in range(25)])
        gap = await events.next()
        rest = [(await events.next()).data["value"] for _ in range(10)]
        assert (gap.kind, gap.data) == ("gap", {"dropped": 15})
        assert rest == list(range(15, 25))
        assert site.events.dropped == 15


async def test_unknown_kind_and_vehicle_are_refused(site: "Site") -> None:
    async with site.get("/api/v1/events?kind=nonsense") as answer:
        assert answer.status == 422
    async with site.get(f"/api/v1/events?vin={OTHER}") as answer:
        assert answer.status == 404


async def test_nothing_is_encoded_while_nobody_listens() -> None:
    ring = EventRing(now_ms=lambda: 1)
    ring.publish([cast("Event", object())])
    assert ring.next_id == 1001
    assert ring.listeners == 0


async def test_idle_stream_has_a_heartbeat() -> None:
    ring = EventRing(now_ms=lambda: 1)
    with ring.read(OWNER) as reader:
        assert await next_chunk(reader, heartbeat_s=0.001) == b": still here\n\n"


async def test_closed_ring_says_what_it_has_and_ends(reading: "ReadingMaker") -> None:
    ring = EventRing(now_ms=lambda: 1)
    with ring.read(OWNER) as reader:
        ring.publish([ReadingStored(reading=reading(64))])
        ring.close()
        assert b'"value":64' in (await next_chunk(reader) or b"")
        assert await next_chunk(reader) is None


async def test_reader_that_leaves_is_forgotten(site: "Site") -> None:
    async with site.listen():
        assert site.events.listeners == 1
    while site.events.listeners:
        async with site.get("/api/v1/health"):
            pass
