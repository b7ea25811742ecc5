"""The streams of many owners: what each consented to, and what happens to one is no other's."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

import pytest
from tests.bmw.provider.conftest import ODOMETER, SHOP, Garage, OpenGarage

from bimmerhub.bmw.cardata.provider import (
    OwnerEvent,
    OwnerFailed,
    OwnerLink,
    OwnerReading,
    Provider,
    Revocation,
    RevocationReason,
)
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.owners.emulated_accounts import Service

E = TypeVar("E", OwnerReading, OwnerFailed, Revocation)


async def linked(events: AsyncGenerator[OwnerEvent], *labels: str) -> None:
    """Wait until these owners' streams are live."""
    waiting = set(labels)
    async with asyncio.timeout(20):
        while waiting:
            event = await anext(events)
            if isinstance(event, OwnerLink) and event.state is LinkState.CONNECTED:
                waiting.discard(event.label)


async def next_of(events: AsyncGenerator[OwnerEvent], kind: type[E]) -> E:
    async with asyncio.timeout(20):
        while not isinstance(event := await anext(events), kind):
            pass
    return event


async def drive(garage: Garage, owner: int) -> None:
    [*cars] = garage.emulator.portal.cars_of(garage.accounts[owner].gcid)
    for car in cars:
        garage.emulator.lives[garage.accounts[owner].gcid].garage.command(car.vin, "drive", minutes=10)
    garage.clock.advance(minutes=15)
    await garage.emulator.catch_up()


async def test_owners_are_heard_beside_each_other(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        async with provider.listening() as events:
            await linked(events, "job 0", "job 1")
            await drive(garage, 0)
            first = await next_of(events, OwnerReading)
            assert (first.label, first.reading.descriptor) == ("job 0", ODOMETER)
            await drive(garage, 1)
            while (event := await next_of(events, OwnerReading)).label == "job 0":
                pass
            assert event.reading.vin == garage.emulator.portal.cars_of(garage.accounts[1].gcid)[0].vin


async def test_withdrawal_ends_the_stream_of_that_owner_alone(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        async with provider.listening() as events:
            await linked(events, "job 0", "job 1")
            garage.withdraw(garage.accounts[1])
            ended = await next_of(events, Revocation)
            assert (ended.label, ended.reason, ended.vin) == ("job 1", RevocationReason.WITHDRAWN, None)
            await drive(garage, 0)
            assert (await next_of(events, OwnerReading)).label == "job 0"
        [_, owner] = (await provider.load_owners()).records
        assert not owner.is_active


async def test_events_end_with_the_last_owner(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[1])
        async with provider.listening() as events:
            await linked(events, "job 0")
            garage.withdraw(garage.accounts[1])
            async with asyncio.timeout(20):
                heard = [event async for event in events]
        assert isinstance(heard[-1], Revocation)


async def test_owner_without_a_stream_is_a_failure_and_no_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage(rules={"services": frozenset({Service.API})}) as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[1])
        async with provider.listening() as events:
            failed = await next_of(events, OwnerFailed)
        assert failed.label == "job 0"
        assert (await provider.load_owners()).records[0].is_active


async def test_one_process_reads_and_listens_at_a_time(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        async with provider.listening() as events:
            await linked(events, "job 0", "job 1")
            assert [len(one.readings) for one in await provider.read_all()] == [2, 1]
            [again] = await garage.enrol(provider, garage.accounts[0])
            assert len(again.consents) == 2
            await drive(garage, 0)
            assert (await next_of(events, OwnerReading)).label == "job 0"


async def test_car_that_rest_refuses_is_not_heard_any_more(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        anna = garage.accounts[0]
        first, second = garage.emulator.portal.cars_of(anna.gcid)
        async with provider.listening() as events:
            await linked(events, "job 0")
            await provider.read(anna.gcid)
            garage.emulator.portal.granted.withdraw_car(anna.gcid, SHOP, first.vin)
            await provider.read(anna.gcid)
            await drive(garage, 0)
            assert (await next_of(events, OwnerReading)).reading.vin == second.vin


async def listen_and_fail(provider: Provider) -> None:
    async with provider.listening() as events:
        await linked(events, "job 0")
        raise KeyError


async def test_error_of_the_block_comes_as_it_is(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[1])
        with pytest.raises(KeyError):
            await listen_and_fail(provider)
