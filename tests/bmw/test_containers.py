"""Own containers at BMW: found again, made in few calls, cleared away, and nobody else's touched."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.bmw.cardata import CarData, MemoryLedger
from bimmerhub.bmw.cardata.answers.models import Container
from bimmerhub.bmw.cardata.containers import (
    SEEN_TO_FAIL,
    content_signature,
    plan_collection,
    purpose_of,
    signature_in,
)
from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError
from bimmerhub.ids import Descriptor

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
KEYS = [Descriptor(key) for key in sorted(official_keys())[:40]]
STALE = Descriptor("vehicle.retired.key")


@dataclass
class Owner:
    """A signed-in account with its SDK."""

    cloud: "Cloud"
    cardata: CarData

    @property
    def calls(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    def fail(self, name: str, *, value: float | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value))

    async def create(self, purpose: str) -> str:
        made = await self.cardata.rest.create_container(name="n", purpose=purpose, descriptors=KEYS[:1])
        return made.container_id

    async def contents(self, ids: Sequence[str]) -> list[str]:
        containers = [await self.cardata.rest.fetch_container(container_id) for container_id in ids]
        return [key for container in containers for key in container.technical_descriptors or ()]

    async def states(self) -> list[str | None]:
        return [container.state for container in await self.cardata.rest.fetch_containers()]


@pytest.fixture
async def owner(signed_in: "Cloud") -> AsyncIterator[Owner]:
    async with signed_in.cardata(ledger=MemoryLedger()) as cardata:
        yield Owner(signed_in, cardata)


async def test_the_same_list_in_any_order_finds_the_container_again(owner: Owner) -> None:
    made = await owner.cardata.containers.ensure(KEYS)
    assert owner.calls == 2
    ensured = await owner.cardata.containers.ensure([*reversed(KEYS), KEYS[0]])
    assert ensured.ids == made.ids
    assert owner.calls == 3
    assert (await owner.cardata.rest.fetch_container(made.ids[0])).purpose == purpose_of(KEYS)


async def test_another_list_is_another_container(owner: Owner) -> None:
    made = await owner.cardata.containers.ensure(KEYS)
    other = await owner.cardata.containers.ensure(KEYS[:3])
    assert set(made.ids).isdisjoint(other.ids)
    assert await owner.contents(other.ids) == KEYS[:3]


@pytest.mark.parametrize("is_inactive", [False, True])
async def test_a_deleted_container_is_not_used_again(owner: Owner, is_inactive: bool) -> None:  # noqa: FBT001 - a parameter
    if is_inactive:
        owner.fail("deleted-as-inactive")
    made = await owner.cardata.containers.ensure(KEYS)
    await owner.cardata.rest.delete_container(made.ids[0])
    assert (await owner.cardata.containers.ensure(KEYS)).ids != made.ids


async def test_a_descriptor_that_bmw_names_is_left_out(owner: Owner) -> None:
    made = await owner.cardata.containers.ensure([*KEYS, STALE])
    assert made.dropped == (STALE,)
    assert await owner.contents(made.ids) == KEYS
    assert owner.calls == 4  # list, refused, made; and the look at it
    assert (await owner.cardata.containers.ensure([*KEYS, STALE])).ids == made.ids


@pytest.mark.parametrize("fails", [False, True])
async def test_a_descriptor_that_bmw_does_not_name_is_searched_for(owner: Owner, serve: Serve, *, fails: bool) -> None:
    api_url = await serve(Picky(unknown={KEYS[17]}, fails=fails).answer)
    async with owner.cloud.cardata(api_url=api_url) as cardata:
        made = await cardata.containers.ensure(KEYS)
        [container] = made.containers
        assert made.dropped == (KEYS[17],)
        assert container.descriptors == tuple(key for key in KEYS if key != KEYS[17])
        states = [container.state for container in await cardata.rest.fetch_containers()]
    assert states.count("ACTIVE") == 1


async def test_the_descriptor_that_is_known_to_make_bmw_fail_costs_three_calls_more(owner: Owner) -> None:
    owner.fail("container-500")
    made = await owner.cardata.containers.ensure([*KEYS, SEEN_TO_FAIL])
    assert made.dropped == (SEEN_TO_FAIL,)
    assert owner.calls == 2 + 3


async def test_a_bmw_that_is_out_of_order_costs_three_tries_and_no_descriptor(owner: Owner, serve: Serve) -> None:
    picky = Picky(unknown=set(KEYS), fails=True)
    ledger = MemoryLedger()
    async with owner.cloud.cardata(api_url=await serve(picky.answer), ledger=ledger) as cardata:
        with pytest.raises(BmwUnavailable, match="CU-500"):
            await cardata.containers.ensure(KEYS)
    assert await ledger.spend("look", at_ms=owner.cloud.clock.now_ms()) == 50 - 1 - 3 - 1


async def test_with_little_room_the_search_ends_early(owner: Owner, serve: Serve) -> None:
    picky = Picky(unknown={KEYS[0]}, others=7)
    async with owner.cloud.cardata(api_url=await serve(picky.answer)) as cardata:
        made = await cardata.containers.ensure(KEYS)
    assert KEYS[0] in made.dropped
    assert len(picky.containers) <= 10


async def test_a_list_that_is_too_long_becomes_parts_that_are_found_again(owner: Owner) -> None:
    owner.fail("long-lists-forbidden", value=15)
    made = await owner.cardata.containers.ensure(KEYS)
    assert [len(container.descriptors or ()) for container in made.containers] == [10, 10, 10, 10]
    assert owner.calls == 8  # list, 40 and 20 twice refused, four made
    assert await owner.contents(made.ids) == KEYS
    assert (await owner.cardata.containers.ensure(KEYS)).ids == made.ids


async def test_only_the_part_that_is_missing_is_made_anew(owner: Owner) -> None:
    owner.fail("long-lists-forbidden", value=20)
    first, second = (await owner.cardata.containers.ensure(KEYS)).ids
    await owner.cardata.rest.delete_container(second)
    before = owner.calls
    again = await owner.cardata.containers.ensure(KEYS)
    assert again.ids[0] == first
    assert again.ids[1] not in {first, second}
    assert owner.calls - before == 2


async def test_a_short_list_that_is_forbidden_is_told(owner: Owner) -> None:
    owner.fail("long-lists-forbidden", value=0)
    with pytest.raises(BmwRefused) as refused:
        await owner.cardata.containers.ensure(KEYS[:5])
    assert refused.value.code == "CU-403"


async def test_a_full_account_is_told_with_what_fills_it(owner: Owner) -> None:
    for number in range(10):
        container_id = await owner.create("theirs" if number < 4 else "bimmerhub 01234567")
        if number >= 7:
            await owner.cardata.rest.delete_container(container_id)
    with pytest.raises(BmwRefused, match="3 are bimmerhub's, 4 other programs', 3 deleted") as refused:
        await owner.cardata.containers.ensure(KEYS)
    assert refused.value.code == "CU-124"
    assert "29 days" in (refused.value.hint or "")


async def test_collection_takes_own_obsolete_ones_only(owner: Owner) -> None:
    await owner.create("evcc")
    wanted = await owner.cardata.containers.ensure(KEYS)
    obsolete = await owner.cardata.containers.ensure(KEYS[:3])
    plan = await owner.cardata.containers.plan([KEYS])
    assert [container.container_id for container in plan.obsolete] == list(obsolete.ids)
    assert [container.container_id for container in plan.wanted] == list(wanted.ids)
    assert await owner.states() == ["ACTIVE", "ACTIVE", "ACTIVE"]
    await owner.cardata.containers.collect([KEYS])
    assert await owner.states() == ["ACTIVE", "ACTIVE", "DELETED"]


async def test_no_descriptors_are_a_mistake(owner: Owner) -> None:
    with pytest.raises(ConfigError):
        await owner.cardata.containers.ensure([])
    assert owner.calls == 0


async def test_nothing_but_unknown_descriptors_is_refused(owner: Owner) -> None:
    with pytest.raises(BmwRefused) as refused:
        await owner.cardata.containers.ensure([STALE])
    assert refused.value.code == "CU-402"


@given(st.lists(st.sampled_from(KEYS), min_size=1))
def test_a_signature_stands_for_the_set(keys: list[Descriptor]) -> None:
    assert signature_in(purpose_of(keys)) == content_signature(sorted(set(keys)))


@given(st.text(), st.text())
def test_no_words_of_others_are_taken_for_ours(purpose: str, state: str) -> None:
    container = Container(container_id="J00I035N193CD", purpose=purpose, state=state)
    assert plan_collection([container], []).obsolete == ()


class Picky:
    """A BMW that does not know some descriptors, and does not say which; with `fails` it answers them with a 500."""

    def __init__(self, *, unknown: set[Descriptor], others: int = 0, fails: bool = False) -> None:
        self._unknown = unknown
        self._refusal = ("CU-500", 500) if fails else ("CU-402", 400)
        self.containers: dict[str, dict[str, object]] = {}
        for _ in range(others):
            self._add("theirs")

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"containers": list(self.containers.values())})
        if request.method == "DELETE":
            self.containers[request.path.rsplit("/", 1)[-1]]["state"] = "INACTIVE"
            return web.Response(status=204)
        asked = await request.json()
        if self._unknown & set(asked["technicalDescriptors"]):
            code, status = self._refusal
            return web.json_response({"exveErrorId": code, "exveNote": "A key is invalid."}, status=status)
        return web.json_response(self._add(asked["purpose"]), status=201)

    def _add(self, purpose: str) -> dict[str, object]:
        container_id = f"A00A000A{len(self.containers):03}AA"
        self.containers[container_id] = {"containerId": container_id, "purpose": purpose, "state": "ACTIVE"}
        return self.containers[container_id]
