"""Consents that come while somebody else is at work, and what looks like a withdrawal and is none."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bmw.provider.conftest import OpenGarage
from tests.bmw.provider.test_owner_streams import drive, linked, next_of

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.cardata.provider import (
    OwnerBusy,
    OwnerEvent,
    OwnerFolder,
    OwnerReading,
    OwnerRecord,
    Provider,
    RevocationReason,
)
from bimmerhub.bmw.cardata.provider.held_owner import HeldOwner
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.owners.emulated_accounts import WithdrawalAnswer
from bimmerhub.errors import ConfigError

HOUR_M, DAY_M = 60, 24 * 60
YEAR_S = 366 * 86_400


async def heard_under(events: AsyncGenerator[OwnerEvent], label: str) -> OwnerReading:
    """Return the next value that comes under a label."""
    async with asyncio.timeout(20):
        while (event := await next_of(events, OwnerReading)).label != label:
            pass
    return event


async def test_new_consent_reaches_the_process_that_listens(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as watching, garage.provider() as inviting:
        await garage.enrol(watching)
        anna = garage.accounts[0]
        async with watching.listening() as events:
            await linked(events, "job 0", "job 1")
            [again] = await garage.enrol(inviting, anna)
            assert (len(again.consents), again.is_active) == (2, True)
            before = (await OwnerFolder(garage.folder).load_all()).records[0]
            assert len(before.consents) == 2
            while any((garage.folder / "new").iterdir()):  # noqa: ASYNC110 - the other one takes it up from the disk
                await asyncio.sleep(0.01)
            await drive(garage, 0)
            assert (await heard_under(events, "job 0")).gcid == anna.gcid
        stored = await inviting.load_owners()
        assert [owner.is_active for owner in stored.records] == [True, True]
        assert [len(one.readings) for one in await inviting.read_all()] == [2, 1]


async def test_new_consent_waits_for_whoever_is_at_work(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        anna = garage.accounts[0]
        [first] = await garage.enrol(provider, anna)
        garage.withdraw(anna)
        async with OwnerFolder(garage.folder).hold(anna.gcid):
            [again] = await garage.enrol(provider, anna)
            assert len(again.consents) == 2
            assert [one.consent for one in (await provider.load_owners()).records] == [again.consent]
            with pytest.raises(OwnerBusy):
                await provider.read(anna.gcid)
            await OwnerFolder(garage.folder).save(first)  # what the other one knows is written last
        outcome = await provider.read(anna.gcid)
        assert (len(outcome.readings), outcome.owner.consents) == (2, again.consents)
        assert list((garage.folder / "new").iterdir()) == []


class Steps(OwnerFolder):
    """A folder that remembers its files after each change, as a kill would leave them, and can go back to them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.states: list[dict[Path, bytes]] = []

    async def save(self, record: OwnerRecord) -> None:
        await super().save(record)
        self._remember()

    async def put_aside(self, fresh: OwnerRecord) -> None:
        await super().put_aside(fresh)
        self._remember()

    async def remove_aside(self, fresh: OwnerRecord) -> None:
        await super().remove_aside(fresh)
        self._remember()

    def _remember(self) -> None:
        self.states.append({file: file.read_bytes() for file in self.path.rglob("*.json")})

    def go_back_to(self, state: dict[Path, bytes]) -> None:
        for file in self.path.rglob("*.json"):
            file.unlink()
        for file, content in state.items():
            file.write_bytes(content)


async def test_new_consent_outlives_a_kill_at_every_step(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        steps = Steps(garage.folder)
        async with garage.provider(store=steps) as provider:
            await garage.enrol(provider, garage.accounts[1])
            garage.withdraw(garage.accounts[1])
            await provider.read_all()
            steps.states.clear()
            await garage.enrol(provider, garage.accounts[1])
        states = [*steps.states]
        assert len(states) > 3
        for state in states:
            steps.go_back_to(state)
            async with garage.provider() as provider:
                [outcome] = await provider.read_all()
                assert (len(outcome.readings), outcome.error, len(outcome.owner.consents)) == (1, None, 2)


async def test_late_renewal_of_an_earlier_sign_in_takes_no_new_ones_place(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        [first] = await garage.enrol(provider, garage.accounts[1])
        garage.clock.advance(minutes=2)
        [again] = await garage.enrol(provider, garage.accounts[1])
        assert first.tokens is not None
        held = HeldOwner(again, store=OwnerFolder(garage.folder))
        await held.save(replace(first.tokens, refresh_token="renewed"))
        assert held.record.tokens == again.tokens


@pytest.mark.parametrize("answer", list(WithdrawalAnswer))
async def test_nothing_of_an_owner_who_withdrew_is_read_after_a_kill_at_any_step(
    open_garage: OpenGarage, answer: WithdrawalAnswer
) -> None:
    # Files of long ago hold refresh tokens of long ago; were they spent, nothing of anybody would be read.
    lasting = {"refresh_token_s": YEAR_S, "refresh_grace_s": YEAR_S, "quota_per_day": 1_000}
    async with open_garage(rules={"withdrawn_answer": answer}, **lasting) as garage:
        steps = Steps(garage.folder)
        async with garage.provider(store=steps) as provider:
            await garage.enrol(provider)
            await provider.read_all()
            garage.withdraw(garage.accounts[1])
            garage.clock.advance(minutes=HOUR_M)
            await provider.read_all()
        [gone] = garage.emulator.portal.cars_of(garage.accounts[1].gcid)
        states = [*steps.states]
        assert len(states) > 5
        garage.good_answers()
        for state in states:
            steps.go_back_to(state)
            for minutes in (0, DAY_M):  # cars are listed once a day
                garage.clock.advance(minutes=minutes)
                async with garage.provider() as provider, garage.provider() as other:
                    async with asyncio.TaskGroup() as tasks:
                        works = [tasks.create_task(work()) for work in (provider.read_all, other.read_all)]
                    assert not [one for work in works for one in work.result() if gone.vin in str(one.readings)]
            good = garage.good_answers()
            assert good  # of the one who stays
            assert not [path for path in good if gone.vin in path]


async def test_container_that_the_provider_deleted_itself_is_made_anew(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        [ben] = await garage.enrol(provider, garage.accounts[1])
        [container] = (await provider.read(ben.gcid)).owner.container_ids
        async with provider.rest(ben.gcid) as rest:
            await rest.delete_container(container)
        outcome = await provider.read(ben.gcid)
        assert (len(outcome.readings), outcome.revocations, outcome.error) == (1, (), None)
        assert container not in outcome.owner.container_ids


@pytest.mark.parametrize("name", ["container-refused", "car-refused"])
async def test_one_refusal_ends_no_consent(open_garage: OpenGarage, name: str) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        await provider.read_all()
        garage.emulator.faults.switch_on(FaultSwitch(name=name, times=1))
        outcomes = await provider.read_all()
        assert [(len(one.readings), one.revocations, one.error) for one in outcomes] == [(2, (), None), (1, (), None)]


async def test_car_that_is_missing_in_a_list_is_asked_for_before_it_counts_as_gone(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        [anna] = await garage.enrol(provider, garage.accounts[0])
        await provider.read(anna.gcid)
        garage.clock.advance(minutes=2 * DAY_M)
        garage.emulator.faults.switch_on(FaultSwitch(name="mappings-single"))
        outcome = await provider.read(anna.gcid)
        assert (len(outcome.readings), outcome.revocations, outcome.error) == (2, (), None)


async def test_copied_folder_whose_token_was_used_elsewhere_is_no_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage(owners=3) as garage, garage.provider() as original:
        first, second, third = await garage.enrol(original)
        copy = OwnerFolder(garage.folder.with_name("copy"))
        shutil.copytree(garage.folder, copy.path)
        garage.clock.advance(minutes=2 * HOUR_M)
        await original.read_all([first.gcid, second.gcid])
        async with garage.provider(store=copy) as provider:
            ended = await provider.read(first.gcid)
            assert [one.reason for one in ended.revocations] == [RevocationReason.COPIED]
            garage.answered.clear()
            for gcid in (second.gcid, third.gcid):
                with pytest.raises(ConfigError, match="this folder of owners is a copy"):
                    await provider.read(gcid)
            assert garage.answered == []
        taken, *others = await original.read_all()  # BMW ends a session of which a dead token is used
        assert [one.reason for one in taken.revocations] == [RevocationReason.WITHDRAWN]
        assert [len(one.readings) for one in others] == [1, 1]
        async with garage.provider(store=copy) as provider:  # the other one is given up: it goes on here
            await provider.erase(first.gcid)
            assert len((await provider.renew(third.gcid)).revocations) == 1
            [again] = await garage.enrol(provider, garage.accounts[2])
            assert len((await provider.read(again.gcid)).readings) == 1


async def test_moved_or_restored_folder_goes_on(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        async with garage.provider() as provider:
            await garage.enrol(provider)
        copy = OwnerFolder(garage.folder.with_name("copy"))
        shutil.copytree(garage.folder, copy.path)
        garage.clock.advance(minutes=2 * HOUR_M)
        async with garage.provider(store=copy) as provider:
            assert [len(one.readings) for one in await provider.read_all()] == [2, 1]
            garage.withdraw(garage.accounts[1])
            ended = await provider.read(garage.accounts[1].gcid)
        assert [one.reason for one in ended.revocations] == [RevocationReason.WITHDRAWN]


@pytest.mark.parametrize("label", ["", "  ", "job\n1", "\x1b[2J"])
async def test_label_has_to_be_readable(open_garage: OpenGarage, label: str) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        with pytest.raises(ConfigError, match="no label"):
            await provider.invite(label)
        assert garage.answered == []


async def test_stream_of_bmws_is_not_dialled_with_an_emulators_sign_in(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        half = replace(garage.endpoints, stream_host=Endpoints().stream_host)
        async with garage.provider(endpoints=half) as provider:
            await garage.enrol(provider)
            with pytest.raises(ConfigError, match="the stream would be BMW's own"):
                await enter(provider)


async def enter(provider: Provider) -> None:
    async with provider.listening():
        pass
