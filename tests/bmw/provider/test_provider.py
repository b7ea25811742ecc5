"""Many owners of one provider: each consents, one withdraws, nothing of that one is read again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.bmw.provider.conftest import ODOMETER, PURPOSE, SHOP, OpenGarage

from bimmerhub.bmw.cardata.provider import (
    OwnerBusy,
    OwnerFailed,
    OwnerFolder,
    OwnerLink,
    OwnerRecord,
    Provider,
    Purpose,
    RevocationReason,
)
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.owners.emulated_accounts import Holder, Service, WithdrawalAnswer
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, NotFound, QuotaSpent, SignInRequired, StoreError
from bimmerhub.ids import Descriptor, Gcid

LOCK = Descriptor("vehicle.cabin.door.status")
HOUR_M, DAY_M = 60, 24 * 60
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


async def test_ten_owners_consent_one_withdraws_and_nothing_of_that_one_is_read_again(open_garage: OpenGarage) -> None:
    async with open_garage(owners=10) as garage, garage.provider() as provider:
        owners = await garage.enrol(provider)
        first = await provider.read_all()
        assert {(one.owner.gcid, len(one.readings)) for one in first} == {
            (owner.gcid, 2 if number == 0 else 1) for number, owner in enumerate(owners)
        }
        garage.withdraw(garage.accounts[3])
        garage.good_answers()
        second = {one.owner.label: one for one in await provider.read_all()}
        assert [one.reason for one in second["job 3"].revocations] == [RevocationReason.WITHDRAWN]
        assert [label for label, one in second.items() if not one.readings] == ["job 3"]
        assert [one.error for one in second.values()] == [None] * 10
        garage.clock.advance(minutes=2 * DAY_M)
        gone = {car.vin for car in garage.emulator.portal.cars_of(garage.accounts[3].gcid)}
        assert len(await provider.read_all()) == 9
        assert not [path for path in garage.good_answers() if any(vin in path for vin in gone)]
        assert (await provider.read(garage.accounts[3].gcid)).readings == ()
        assert garage.answered == []


async def test_what_was_consented_to_and_when_is_kept(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        [owner, _] = await garage.enrol(provider)
        assert (owner.label, owner.is_active, owner.ended) == ("job 0", True, None)
        assert owner.consent.purpose == PURPOSE.text
        assert owner.consent.descriptors == (ODOMETER,)
        assert owner.consent.services == (CarDataService.API, CarDataService.STREAM)
        assert 0 < owner.consent.given_at_ms <= garage.clock.now_ms()
        stored = await provider.load_owners()
        assert [one.label for one in stored.records] == ["job 0", "job 1"]
        assert owner.tokens is not None
        assert owner.tokens.refresh_token not in repr(stored)


async def test_owner_who_consents_again_is_read_again(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        anna = garage.accounts[0]
        garage.withdraw(anna)
        await provider.read_all()
        [owner] = await garage.enrol(provider, anna)
        assert (len(owner.consents), len(owner.revocations), owner.ended) == (2, 1, None)
        assert len((await provider.read(anna.gcid)).readings) == 2


async def test_withdrawn_car_is_not_asked_for_again_and_the_other_goes_on(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        anna = garage.accounts[0]
        first, second = garage.emulator.portal.cars_of(anna.gcid)
        await provider.read(anna.gcid)
        garage.emulator.portal.granted.withdraw_car(anna.gcid, SHOP, first.vin)
        outcome = await provider.read(anna.gcid)
        assert [(one.reason, one.vin) for one in outcome.revocations] == [(RevocationReason.CAR, first.vin)]
        assert {one.vin for one in outcome.readings} == {second.vin}
        garage.answered.clear()
        garage.clock.advance(minutes=2 * DAY_M)
        assert {one.vin for one in (await provider.read(anna.gcid)).readings} == {second.vin}
        assert not [one for one in garage.answered if first.vin in one.path]


async def test_sold_car_that_is_no_longer_listed_is_gone(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        ben = garage.accounts[1]
        [car] = garage.emulator.portal.cars_of(ben.gcid)
        await provider.read(ben.gcid)
        garage.emulator.portal.sell_car(ben.gcid, car.vin, None)
        garage.clock.advance(minutes=2 * DAY_M)
        outcome = await provider.read(ben.gcid)
        assert [one.reason for one in outcome.revocations] == [RevocationReason.CAR, RevocationReason.NO_CAR]
        assert not outcome.owner.is_active


async def test_withdrawn_container_ends_the_consent(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        ben = garage.accounts[1]
        [container] = (await provider.read(ben.gcid)).owner.container_ids
        garage.emulator.portal.granted.withdraw_container(ben.gcid, SHOP, container)
        outcome = await provider.read(ben.gcid)
        assert [one.reason for one in outcome.revocations] == [RevocationReason.CONTAINER]
        assert (outcome.readings, outcome.owner.tokens) == ((), None)


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (WithdrawalAnswer.TOKENS, [RevocationReason.WITHDRAWN]),
        (WithdrawalAnswer.CARS, [RevocationReason.CAR, RevocationReason.NO_CAR]),
        (WithdrawalAnswer.CONTAINERS, [RevocationReason.CONTAINER]),
    ],
)
@pytest.mark.parametrize("holder", list(Holder))
async def test_withdrawal_is_seen_however_bmw_answers_it(
    open_garage: OpenGarage, answer: WithdrawalAnswer, reasons: list[RevocationReason], holder: Holder
) -> None:
    rules = {"withdrawn_answer": answer, "containers_of": holder, "calls_of": holder}
    async with open_garage(rules=rules) as garage, garage.provider() as provider:
        await garage.enrol(provider)
        assert [len(one.readings) for one in await provider.read_all()] == [2, 1]
        garage.withdraw(garage.accounts[1])
        garage.clock.advance(minutes=HOUR_M)
        kept, ended = await provider.read_all()
        assert [one.reason for one in ended.revocations] == reasons
        assert ended.owner.ended is not None
        assert (len(kept.readings), kept.error, ended.readings, ended.error) == (2, None, (), None)
        assert [one.owner.label for one in await provider.read_all()] == ["job 0"]


async def test_fourteen_days_without_renewal_are_told_apart_from_a_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        garage.clock.advance(minutes=10 * DAY_M)
        await provider.renew(garage.accounts[0].gcid)
        garage.clock.advance(minutes=5 * DAY_M)
        kept, ended = await provider.read_all()
        assert (len(kept.readings), kept.revocations) == (2, ())
        assert [one.reason for one in ended.revocations] == [RevocationReason.EXPIRED]


async def test_lost_answer_to_a_renewal_is_no_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[1])
        garage.clock.advance(minutes=2 * HOUR_M)
        garage.emulator.faults.switch_on(fault("token-answer-lost", times=1))
        [failed] = await provider.renew_all()
        assert isinstance(failed.error, BmwUnavailable)
        assert failed.revocations == ()
        [ended] = await provider.renew_all()
        assert [one.reason for one in ended.revocations] == [RevocationReason.LOST]


async def test_one_owners_failure_is_no_other_ones(open_garage: OpenGarage) -> None:
    async with open_garage(owners=3) as garage, garage.provider() as provider:
        await garage.enrol(provider)
        garage.emulator.quota.set_spent(garage.accounts[1].gcid, 50)
        folder = OwnerFolder(garage.folder)
        async with folder.hold(garage.accounts[2].gcid):
            outcomes = await provider.read_all()
        assert [type(one.error) for one in outcomes] == [type(None), QuotaSpent, OwnerBusy]
        assert [len(one.readings) for one in outcomes] == [2, 0, 0]
        assert [one.revocations for one in outcomes] == [(), (), ()]


@pytest.mark.parametrize("text", ["{", "null", "[]", "{}", '{"gcid": "1", "label": "a", "consents": []}', "\x00"])
async def test_file_that_cannot_be_read_is_told_and_keeps_nobody_from_the_others(
    open_garage: OpenGarage, text: str
) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        next(garage.folder.glob("*.owner.json")).write_text(text)
        stored = await provider.load_owners()
        assert (len(stored.records), len(stored.unreadable)) == (1, 1)
        assert len(await provider.read_all()) == 1


async def test_deleted_client_of_the_provider_is_nobodys_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        async with garage.provider() as provider:
            await garage.enrol(provider)
        garage.clock.advance(minutes=2 * HOUR_M)
        async with garage.provider(client_id=SHOP.replace("c", "d")) as stranger:
            outcomes = await stranger.read_all()
        assert [type(one.error) for one in outcomes] == [SessionEnded, SessionEnded]
        async with garage.provider() as provider:
            assert [len(one.readings) for one in await provider.read_all()] == [2, 1]


@pytest.mark.parametrize(
    ("status", "word"),
    [(404, "Not Found"), (403, "Forbidden"), (400, "unauthorized_client"), (401, "invalid_scope"), (400, "")],
)
async def test_refusal_that_names_no_dead_token_is_nobodys_withdrawal(
    open_garage: OpenGarage, serve: Serve, status: int, word: str
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"status": status, "error": word}, status=status)

    async with open_garage() as garage:
        async with garage.provider() as provider:
            await garage.enrol(provider)
        garage.clock.advance(minutes=2 * HOUR_M)
        elsewhere = replace(garage.endpoints, auth_url=await serve(refuse))
        async with garage.provider(endpoints=elsewhere) as provider:
            for outcome in [*await provider.read_all(), *await provider.renew_all()]:
                assert (type(outcome.error), outcome.revocations) == (SessionEnded, ())
            async with provider.listening() as events:
                told = [event async for event in events]
            assert [type(event) for event in told if not isinstance(event, OwnerLink)] == [OwnerFailed] * 2
        async with garage.provider() as provider:
            assert [len(one.readings) for one in await provider.read_all()] == [2, 1]


async def test_other_resources_are_asked_for_by_rest(open_garage: OpenGarage) -> None:
    rules = {"descriptors": (Descriptor("vehicle.vehicleIdentification.basicVehicleData"),)}
    async with open_garage(rules=rules) as garage, garage.provider() as provider:
        [owner] = await garage.enrol(provider, garage.accounts[1])
        async with provider.rest(owner.gcid) as rest:
            [car] = await rest.fetch_mappings()
            assert (await rest.fetch_basic_data(car.vin)).brand
            with pytest.raises(BmwRefused) as refused:
                await rest.fetch_image(car.vin)
        assert refused.value.code == "CU-403"
        garage.withdraw(garage.accounts[1])
        for _ in range(2):
            with pytest.raises(SignInRequired) as ended:
                await fetch_mappings(provider, owner.gcid)
            assert "bimmerhub provider invite" in (ended.value.hint or "")
        assert [one.reason for one in (await provider.load_owners()).records[0].revocations] == [
            RevocationReason.WITHDRAWN
        ]


async def fetch_mappings(provider: Provider, gcid: Gcid) -> None:
    async with provider.rest(gcid) as rest:
        await rest.fetch_mappings()


async def test_hints_are_for_a_provider(open_garage: OpenGarage) -> None:
    async with open_garage(rules={"services": frozenset({Service.STREAM})}) as garage:
        async with garage.provider() as provider:
            await garage.enrol(provider, garage.accounts[1])
            [outcome] = await provider.read_all()
        garage.clock.advance(minutes=2 * HOUR_M)
        async with garage.provider(client_id=SHOP.replace("c", "d")) as stranger:
            [unknown] = await stranger.renew_all()
    assert outcome.error is not None
    assert unknown.error is not None
    assert "Subscribe the provider's client" in (outcome.error.hint or "")
    assert "client_id in [provider]" in (unknown.error.hint or "")


async def test_owner_is_shown_what_the_container_is_for(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[1])
        await provider.read_all()
        [grant] = garage.emulator.portal.granted.of_owner(garage.accounts[1].gcid)
        assert [container.name for container in grant.containers] == [PURPOSE.text]


async def test_declined_invitation_enrols_nobody(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        invitation = await provider.invite("job 1")
        garage.emulator.identity.decide(invitation.code.user_code, approve=False, gcid=garage.accounts[0].gcid)
        with pytest.raises(BmwRefused) as caught:
            await invitation.accepted()
        assert caught.value.code == "access_denied"
        assert (await provider.load_owners()).records == ()


@pytest.mark.parametrize("purpose", [None, ("", (ODOMETER,)), ("Service", ())])
async def test_nobody_is_asked_for_consent_to_nothing(
    open_garage: OpenGarage, purpose: tuple[str, tuple[Descriptor, ...]] | None
) -> None:
    async with open_garage() as garage, garage.provider(purpose=None) as provider:
        with pytest.raises(ConfigError):
            await provider.invite(
                "job 1", purpose=None if purpose is None else Purpose(text=purpose[0], descriptors=purpose[1])
            )
        assert garage.answered == []


async def test_what_is_asked_later_is_read_after_a_new_consent_only(open_garage: OpenGarage) -> None:
    async with open_garage(rules={"descriptors": ()}) as garage:
        async with garage.provider() as provider:
            await garage.enrol(provider, garage.accounts[1])
        wider = Purpose(text="Doors too", descriptors=(ODOMETER, LOCK))
        async with garage.provider(purpose=wider) as provider:
            [before] = await provider.read_all()
            await garage.enrol(provider, garage.accounts[1])
            [after] = await provider.read_all()
        assert {one.descriptor for one in before.readings} == {ODOMETER}
        assert {one.descriptor for one in after.readings} == {ODOMETER, LOCK}


async def test_erased_owner_is_gone_here(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        await provider.read_all()
        await provider.erase(garage.accounts[0].gcid)
        assert [one.label for one in (await provider.load_owners()).records] == ["job 1"]
        with pytest.raises(NotFound):
            await provider.read(garage.accounts[0].gcid)
        left = [file for file in garage.folder.rglob("*") if file.is_file() and file.suffix != ".lock"]
        assert len(left) == 2


async def test_erasing_takes_along_what_a_crash_left_half_written(open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider, garage.accounts[0])
        await provider.read_all()
        for file in [file for file in garage.folder.iterdir() if file.suffix == ".json"]:
            file.with_name(f"{file.name}.new").write_bytes(file.read_bytes())  # as after a kill within the writing
        await provider.erase(garage.accounts[0].gcid)
        assert [file for file in garage.folder.rglob("*") if file.is_file()] == []


async def test_owners_that_cannot_be_listed_are_not_none(tmp_path: Path) -> None:
    (tmp_path / "owners").write_text("no folder")
    with pytest.raises(StoreError, match="cannot read the folder"):
        await OwnerFolder(tmp_path / "owners").load_all()


class RememberingFolder(OwnerFolder):
    """A folder that remembers every state of its files. `is_renewing` is set while BMW is asked for newer tokens."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.saved: list[OwnerRecord] = []
        self.is_renewing = asyncio.Event()

    async def save(self, record: OwnerRecord) -> None:
        self.saved.append(record)
        await super().save(record)
        if record.tokens is not None and record.tokens.renewing_since_ms is not None:
            self.is_renewing.set()


async def test_kill_in_the_middle_of_a_renewal_is_no_withdrawal(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        folder = RememberingFolder(garage.folder)
        async with garage.provider(store=folder) as provider:
            await garage.enrol(provider, garage.accounts[1])
            garage.clock.advance(minutes=2 * HOUR_M)
            await provider.read_all()
            [killed] = [one for one in folder.saved if one.tokens is not None and one.tokens.renewing_since_ms]
            await folder.save(killed)
            [outcome] = await provider.renew_all()
        assert [one.reason for one in outcome.revocations] == [RevocationReason.LOST]


async def test_renewed_tokens_are_stored_before_they_are_used(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        folder = RememberingFolder(garage.folder)
        async with garage.provider(store=folder) as provider:
            [owner] = await garage.enrol(provider, garage.accounts[1])
            garage.clock.advance(minutes=2 * HOUR_M)
            garage.emulator.quota.set_spent(owner.gcid, 50)
            [outcome] = await provider.read_all()
        assert isinstance(outcome.error, QuotaSpent)
        assert owner.tokens is not None
        assert folder.saved[-1].tokens not in {None, owner.tokens}


async def test_two_programs_with_one_folder_take_turns_and_renew_each_token_once(open_garage: OpenGarage) -> None:
    async with open_garage(owners=4) as garage, garage.provider() as one, garage.provider() as other:
        await garage.enrol(one)
        garage.clock.advance(minutes=2 * HOUR_M)
        garage.answered.clear()
        async with asyncio.TaskGroup() as tasks:
            reading = [tasks.create_task(provider.read_all()) for provider in (one, other)]
        outcomes = [outcome for task in reading for outcome in task.result()]
        assert [outcome.error for outcome in outcomes] == [None] * 8
        assert [len(outcome.readings) for outcome in outcomes] == [2, 1, 1, 1] * 2
        renewals = [one for one in garage.answered if one.path == "/gcdm/oauth/token"]
        assert [renewal.status for renewal in renewals] == [200] * 4


async def test_cancelled_reading_keeps_the_tokens(open_garage: OpenGarage) -> None:
    async with open_garage() as garage:
        folder = RememberingFolder(garage.folder)
        async with garage.provider(store=folder) as provider:
            await garage.enrol(provider, garage.accounts[1])
            garage.clock.advance(minutes=2 * HOUR_M)
            reading = asyncio.ensure_future(provider.read_all())
            await folder.is_renewing.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            [outcome] = await provider.read_all()
        assert (len(outcome.readings), outcome.error, outcome.revocations) == (1, None, ())


async def test_folder_of_owners_is_for_its_owner_alone(tmp_path: Path, open_garage: OpenGarage) -> None:
    async with open_garage() as garage, garage.provider() as provider:
        await garage.enrol(provider)
        assert (tmp_path / "owners").stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in garage.folder.glob("*.owner.json")} == {0o600}


async def test_gcid_is_no_path(tmp_path: Path) -> None:
    folder = OwnerFolder(tmp_path)
    assert folder.calls_file(Gcid("../../etc/passwd")).parent == tmp_path


def fault(name: str, **switch: Any) -> FaultSwitch:
    return FaultSwitch(name=name, **switch)
