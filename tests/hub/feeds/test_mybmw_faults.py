"""What BMW does not tell of one car, one brand or one item of a list hides nothing else; on a server that obeys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from tests.bmw.mybmw.answers import GCID, VIN
from tests.bmw.mybmw.conftest import CAPTCHA, LOGIN, Bmw
from tests.hub.conftest import NO_CALLS, QuickClock, until
from tests.hub.feeds.test_polled import NAME, link_of

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.documents import BMW_CHARGES, BMW_TRIPS, CHARGING_STATISTICS, RECALLS
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.web.settings import WebSettings

OTHER = Vin("WBA00000000000002")
BOTH = {"gcid": GCID, "mappingInfos": [{"vin": VIN}, {"vin": OTHER}]}
Answer = Callable[[web.Request], web.Response | None]


@dataclass
class Scene:
    """The small BMW of the SDK's tests. `instead` answers first; None leaves it to that BMW."""

    data_dir: Path
    bmw: Bmw = field(default_factory=Bmw)
    clock: QuickClock = field(default_factory=QuickClock)
    instead: Answer = lambda _: None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        return self.instead(request) or await self.bmw.handle(request)

    @asynccontextmanager
    async def hub(self, *, is_new: bool = True, brands: tuple[str, ...] = ("bmw",)) -> AsyncIterator[Hub]:
        """Run a hub that has asked once."""
        config = HubConfig(
            data_dir=self.data_dir,
            bmw=Endpoints(auth_url=self.bmw.url, api_url=self.bmw.url),
            hub=WebSettings(port=0),
            rest=NO_CALLS,
        )
        async with running(config, clock=self.clock) as hub:
            if is_new:
                await hub.connections.sign_in_with_password(NAME, sign_in(self.bmw.url, brands))
            await until(lambda: link_of(hub).state in {LinkState.POLLING, LinkState.REFUSED, LinkState.WAITING})
            yield hub

    async def next_round(self, end: str = "state") -> None:
        asked = self.bmw.count(end)
        await self.advance_until(lambda: self.bmw.count(end) > asked)

    async def advance_until(self, is_so: Callable[[], object]) -> None:
        """Move the clock by half hours until it is so."""
        async with asyncio.timeout(20):
            while not is_so():
                self.clock.ahead_ms += HOUR_MS // 2
                await asyncio.sleep(0.05)

    def lists(self, *vins: str) -> None:
        self.bmw.answers["vehicle-list"] = {"gcid": GCID, "mappingInfos": [{"vin": vin} for vin in vins]}


def sign_in(url: str, brands: tuple[str, ...]) -> AccountSignIn:
    return AccountSignIn(
        family=Family.MYBMW,
        username=LOGIN.username,
        password=LOGIN.password,
        captcha=CAPTCHA,
        subscription_key="any",
        app_version="4.9.2(36892)",
        app_build="AP2A.240605.024",
        host=url,
        brands=brands,
    )


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(data_dir=tmp_path / "hub")
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", scene.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    scene.bmw.url = f"http://{host}:{port}"
    yield scene
    await runner.cleanup()


def cars_of(hub: Hub) -> set[str]:
    return {car.vin for car in hub.live.vehicles()}


async def keys_of(hub: Hub, kind: str) -> set[str]:
    return {document.natural_key for document in await hub.store.documents.documents(Vin(VIN), kind)}


def fails(end: str, answer: Callable[[], web.Response]) -> Answer:
    """Return an answer that is BMW's to the end of a path, about one car."""

    def instead(request: web.Request) -> web.Response | None:
        is_about_it = request.path.endswith(f"/{end}") and request.headers.get("bmw-vin") == VIN
        return answer() if is_about_it else None

    return instead


@pytest.mark.parametrize("end", ["profile", "state"])
@pytest.mark.parametrize(
    "answer", [lambda: web.Response(status=500), lambda: web.Response(text="<html>")], ids=["500", "a page"]
)
async def test_fault_of_one_car_hides_no_other(scene: Scene, end: str, answer: Callable[[], web.Response]) -> None:
    scene.bmw.answers["vehicle-list"] = BOTH
    scene.instead = fails(end, answer)
    async with scene.hub() as hub:
        await until(lambda: (hub.live.state(OTHER) or {}).get("odometer_km"))
        assert (link_of(hub).state, cars_of(hub)) == (LinkState.POLLING, {VIN, OTHER})
        listed = scene.bmw.count("vehicle-list")
        scene.instead = lambda _: None
        begun_ms = scene.clock.ahead_ms
        await scene.advance_until(lambda: scene.bmw.count("vehicle-list") > listed)
        assert scene.clock.ahead_ms - begun_ms < DAY_MS // 2
        await until(lambda: all(car.model for car in hub.live.vehicles()))


async def test_fault_of_every_car_is_the_accounts(scene: Scene) -> None:
    scene.bmw.answers["vehicle-list"] = BOTH
    scene.instead = lambda request: web.Response(status=500) if request.path.endswith("/state") else None
    async with scene.hub() as hub:
        assert (link_of(hub).state, "500" in link_of(hub).reason) == (LinkState.WAITING, True)


async def test_brand_that_bmw_refuses_hides_no_other(scene: Scene) -> None:
    def refuse(request: web.Request) -> web.Response | None:
        is_odd = ";rolls-royce;" in request.headers.get("x-user-agent", "")
        return web.json_response({"statusCode": 400, "message": "malformed"}, status=400) if is_odd else None

    scene.instead = refuse
    async with scene.hub(brands=("bmw", "rolls-royce")) as hub:
        assert (link_of(hub).state, cars_of(hub)) == (LinkState.POLLING, {VIN})


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_car_that_one_list_lacks_is_asked_for_on(scene: Scene, *, is_restarted: bool) -> None:
    async with scene.hub() as hub:
        if not is_restarted:
            scene.lists()
            await scene.next_round("vehicle-list")
            scene.lists(VIN)
            await scene.next_round()
            assert await is_given(hub)
    if is_restarted:
        scene.lists()
        async with scene.hub(is_new=False) as hub:
            await scene.next_round("vehicle-list")
            scene.lists(VIN)
            await scene.next_round()
            assert await is_given(hub)
    assert scene.clock.ahead_ms < DAY_MS * 3 // 2


async def test_car_that_two_lists_lack_is_gone(scene: Scene) -> None:
    async with scene.hub() as hub:
        scene.lists()
        await scene.next_round("vehicle-list")
        assert await is_given(hub)
        await scene.next_round("vehicle-list")
        await until(lambda: "lists no car" in link_of(hub).reason)
        assert not await is_given(hub)


async def is_given(hub: Hub) -> bool:
    [account] = await hub.store.accounts.accounts()
    return any(car.is_given_to(account.id) for car in await hub.store.vehicles.vehicles())


async def test_list_of_cars_that_fails_keeps_nobody_from_being_asked(scene: Scene) -> None:
    async with scene.hub() as hub:
        scene.bmw.replies["vehicle-list"] = [lambda _: web.Response(status=500)] * 3
        scene.clock.ahead_ms += DAY_MS
        await scene.next_round()
        assert link_of(hub).state is LinkState.POLLING


async def test_item_that_cannot_be_read_hides_no_other(scene: Scene) -> None:
    sessions = [{"id": "s1"}, {"title": "no id"}, {"id": 3}, None, {"id": "s2"}]
    scene.bmw.answers |= {
        "charging-sessions": {"paginationInfo": {"nextToken": []}, "chargingSessions": {"sessions": sessions}},
        "history": {"items": [{"trips": [{"id": "a"}, {}, {"id": 5}]}, {"trips": None}, 7, {"trips": [{"id": "b"}]}]},
        **{trip_id: {"trip": {}} for trip_id in "a5b"},
    }
    async with scene.hub() as hub:
        charges, trips = await keys_of(hub, BMW_CHARGES), await keys_of(hub, BMW_TRIPS)
        refused = [item.payload for item in await hub.store.refused(limit=100)]
    assert (charges, trips) == ({"s1", "s2", "3"}, {"a", "b", "5"})
    assert any(b"no id" in payload for payload in refused)


@pytest.mark.parametrize("status", [404, 500, 200])
async def test_trip_that_bmw_does_not_tell_hides_no_other(scene: Scene, status: int) -> None:
    ids = [f"t{number}" for number in range(9)]
    scene.bmw.answers |= {"history": {"items": [{"trips": [{"id": one} for one in ids]}]}}
    scene.bmw.answers |= {one: {"trip": {}} for one in ids[6:]}
    scene.instead = lambda request: (
        web.Response(status=status, text="<html>") if request.path.endswith(tuple(f"/t{n}" for n in range(6))) else None
    )
    async with scene.hub() as hub:
        for _ in range(6):
            scene.clock.ahead_ms += 6 * HOUR_MS
            await scene.next_round()
        await until(lambda: scene.bmw.count("t8"))
        await scene.next_round()
        assert await keys_of(hub, BMW_TRIPS) == {"t6", "t7", "t8"}


async def test_all_pages_of_trips_are_read(scene: Scene) -> None:
    offsets: list[str] = []

    def history(request: web.Request) -> web.Response | None:
        if not request.path.endswith("/history"):
            return None
        offsets.append(request.query["offset"])
        begin = int(offsets[-1])
        ids = [{"id": f"x{number}"} for number in range(begin, min(begin + 100, 103))]
        return web.json_response({"quantity": 103, "items": [{"trips": ids}]})

    scene.instead = history
    scene.bmw.answers |= {f"x{number}": {"trip": {}} for number in range(5)}
    scene.clock.ahead_ms = ms_until_day(20)
    async with scene.hub() as hub:
        assert await keys_of(hub, BMW_TRIPS) == {f"x{number}" for number in range(5)}
    assert offsets == ["0", "100"]


@pytest.mark.parametrize(("day", "months"), [(2, 2), (20, 1)])
async def test_last_day_of_a_month_is_told_in_the_first_days_of_the_next(scene: Scene, day: int, months: int) -> None:
    dates: dict[str, set[str]] = {"history": set(), "statistics": set(), "charging-sessions": set()}

    def note(request: web.Request) -> None:
        dates.setdefault(request.path.rpartition("/")[2], set()).add(request.query.get("date", ""))

    scene.instead = note
    scene.clock.ahead_ms = ms_until_day(day)
    async with scene.hub() as hub:
        statistics = await keys_of(hub, CHARGING_STATISTICS)
    assert [len(asked) for asked in (statistics, dates["history"], dates["statistics"])] == [months] * 3
    assert statistics == dates["history"]
    assert statistics <= {date[:7] for date in dates["charging-sessions"]}


def ms_until_day(day: int) -> int:
    """Return how long it is until noon (UTC) of that day of a month."""
    now = datetime.now(UTC)
    then = now.replace(day=day, hour=12)
    if then < now:
        then = (then.replace(day=1) + timedelta(days=32)).replace(day=day)
    return round((then - now).total_seconds() * 1000)


@pytest.mark.parametrize("status", [404, 500])
async def test_order_that_my_garage_does_not_tell_hides_no_other_car(scene: Scene, status: int) -> None:
    listed = [{"prodNum": "1", "vin": VIN}, {"prodNum": "2", "orderStatusCode": "152"}]
    envelope = {
        "responseContent": {"responseCode": "200", "responseMessage": "SUCCESS"},
        "errorContent": {"anyErrors": False, "errors": []},
        "dataContent": {"ProdVehicleDetails": listed},
    }

    def my_garage(request: web.Request) -> web.Response | None:
        if request.path == "/bin/my-garage-services/forward":
            return web.Response(status=status)
        return web.json_response(envelope) if request.path == "/bin/api/forward" else None

    scene.instead = my_garage
    async with scene.hub() as hub:
        orders = await hub.context.garage.orders(NAME, "bmw")
    assert [(order.production_number, order.status) for order in orders] == [("1", None), ("2", 152)]


async def test_document_that_bmw_wants_a_pause_for_is_asked_for_after_it(scene: Scene) -> None:
    scene.bmw.replies["recalls"] = [lambda _: web.Response(status=429, headers={"Retry-After": "60"})]
    async with scene.hub() as hub:
        assert (link_of(hub).state, scene.bmw.count("recalls")) == (LinkState.WAITING, 1)
        await scene.next_round("recalls")
        await until(lambda: link_of(hub).state is LinkState.POLLING)
        assert await keys_of(hub, RECALLS)
    assert scene.clock.ahead_ms < DAY_MS // 2
