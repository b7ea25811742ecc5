"""One thing of a car, asked for at BMW: what becomes of the answer, and what stays when it says less the next time."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import ACCOUNT, Cloud

from bimmerhub.domain.documents import (
    ANSWERED,
    BASIC_DATA,
    CHARGING_PLACE,
    CHARGING_SESSION,
    MAPPING,
    TYRES,
    Question,
    answered_key,
)
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import BmwRefused, BmwUnavailable, StoreError
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.cardata.cardata_documents import CarDataDocuments
from bimmerhub.hub.feeds.images import FOLDER, CarImages
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Vin
from bimmerhub.views.documents.basic_data import view_basic_data
from bimmerhub.views.documents.charging_settings import view_charging_settings
from bimmerhub.views.viewer import OWNER

SIM = "vehicle.sim.status"


@dataclass(frozen=True)
class Owner:
    """Somebody whose car has charged for weeks, and a hub that has signed in."""

    cloud: Cloud
    hub: Hub
    ask: CarDataDocuments

    @property
    def vin(self) -> Vin:
        return self.cloud.vin

    @property
    def calls(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    @property
    def starts(self) -> list[str]:
        sessions = self.cloud.emulator.garage.truth(self.vin).charging_sessions
        return sorted(str(session.start_ms // 1000) for session in sessions)

    def fail(self, name: str, *, value: float | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value))

    async def bodies(self, kind: str) -> dict[str, object]:
        documents = await self.hub.store.documents.documents(self.vin, kind)
        return {document.natural_key: json.loads(document.body) for document in documents}

    async def answered(
        self, question: Question, *, subject: str | None = None, container_id: str | None = None
    ) -> bool:
        key = answered_key(question, container_id)
        return await self.hub.store.documents.document(subject or self.vin, ANSWERED, key) is not None

    async def set_apart(self) -> list[str]:
        """Return why answers are in quarantine, newest first."""
        return [item.reason for item in await self.hub.store.refused(limit=10)]

    async def fetch_history(self, *, days: int) -> int:
        """Return how many stretches BMW failed at."""
        now = datetime.now(UTC)
        return len((await self.ask.fetch_charging_history(self.vin, now - timedelta(days=days), now)).skipped)


WEEKS_OF_CHARGING = pytest.mark.parametrize("history_days", [30])


@pytest.fixture
def history_days() -> int:
    """How long the car has lived: a month takes longer than most tests."""
    return 1


@pytest.fixture
async def owner(tmp_path: Path, keys_dir: Path, history_days: int) -> AsyncIterator[Owner]:
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        poll_interval_s=0,
        speed=1.0,
        history_days=history_days,
        accounts=(EmulatedAccount(models=("bev",)),),
    )
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        cloud = Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        async with cloud.hub() as hub:
            assert await cloud.sign_in(hub) == "done"
            [account] = await hub.store.accounts.accounts()
            ask = CarDataDocuments(
                account,
                rest=hub.accesses.access(account).open_rest(caller="fetch", retries=0),
                documents=hub.store.documents,
                vehicles=hub.store.vehicles,
                images=CarImages.open(cloud.data_dir),
                ingest=Ingest(hub.store),
                introduce=hub.live.introduce,
                now_ms=hub.context.now_ms,
            )
            yield Owner(cloud, hub, ask)


async def test_mappings_are_a_document_of_each_car(owner: Owner) -> None:
    [mapping] = (await owner.ask.fetch_mappings()).data
    gcid = owner.cloud.emulator.info.gcid
    assert (await owner.bodies(MAPPING))[gcid] == {
        "vin": owner.vin,
        "mappedSince": mapping.mapped_since,
        "mappingType": "PRIMARY",
    }
    assert await owner.answered(Question.MAPPINGS, subject=gcid)


async def test_basic_data_are_a_document_readings_and_what_the_car_is_called(owner: Owner) -> None:
    answered = await owner.ask.fetch_basic_data(owner.vin)
    assert (await owner.bodies(BASIC_DATA))[""] == json.loads(answered.bodies[0])
    [sim] = [point for point in await owner.hub.store.latest(owner.vin) if point.descriptor == SIM]
    assert sim.value is True
    [vehicle] = owner.hub.context.vehicles.vehicles()
    assert vehicle.model == "i5 eDrive40"


async def test_tyres_are_one_document_and_the_skeleton_is_one_too(owner: Owner) -> None:
    await owner.ask.fetch_tyres(owner.vin)
    owner.fail("no-tyre-data")
    await owner.ask.fetch_tyres(owner.vin)
    versions = await owner.hub.store.documents.versions(owner.vin, TYRES)
    assert [("Beispiel" in version.body) for version in versions] == [True, False]


@WEEKS_OF_CHARGING
async def test_each_session_of_the_charging_history_is_a_document_however_often_it_comes(owner: Owner) -> None:
    for days in (30, 45):
        assert await owner.fetch_history(days=days) == 0
    assert sorted(await owner.bodies(CHARGING_SESSION)) == owner.starts
    assert len(owner.starts) > 10
    span = (await owner.bodies(ANSWERED))[Question.CHARGING_HISTORY]
    assert isinstance(span, dict)
    assert sorted(span) == ["from", "to"]


@WEEKS_OF_CHARGING
async def test_what_came_of_the_history_before_bmw_failed_is_kept_but_not_as_answered(owner: Owner) -> None:
    owner.fail("history-page-broken", value=len(owner.starts) - 1.0)  # how many there are depends on the day
    assert await owner.fetch_history(days=30) == 1
    assert 0 < len(await owner.bodies(CHARGING_SESSION)) < len(owner.starts)
    owner.fail("rest-500")
    with pytest.raises(BmwUnavailable):
        await owner.ask.fetch_tyres(owner.vin)
    assert not await owner.answered(Question.TYRES)


@WEEKS_OF_CHARGING
async def test_each_place_is_a_document_and_one_that_is_gone_says_so(owner: Owner) -> None:
    await owner.ask.fetch_charging_settings(owner.vin)
    before = await owner.bodies(CHARGING_PLACE)
    owner.fail("no-charging-settings")
    answered = await owner.ask.fetch_charging_settings(owner.vin)
    assert before
    assert None not in before.values()
    assert await owner.bodies(CHARGING_PLACE) == dict.fromkeys(before)
    assert answered.bodies == []
    assert await owner.answered(Question.CHARGING_SETTINGS)


async def test_values_are_readings_and_cost_one_call(owner: Owner) -> None:
    container = await owner.hub.context.containers.create_container(
        ACCOUNT, name="n", purpose="p", descriptors=["vehicle.vehicle.travelledDistance"]
    )
    before = owner.calls
    answered = await owner.ask.fetch_values(owner.vin, container.id)
    assert answered.readings is not None
    assert (answered.readings.new + answered.readings.repeated, owner.calls - before) == (1, 1)
    assert await owner.answered(Question.VALUES, container_id=container.id)


async def test_that_there_is_no_picture_is_an_answer_and_a_refusal_is_none(owner: Owner) -> None:
    owner.fail("secondary-driver")
    with pytest.raises(BmwRefused, match="CU-104"):
        await owner.ask.fetch_image(owner.vin)
    assert not await owner.answered(Question.IMAGE)
    owner.cloud.emulator.faults.switch_off("secondary-driver")
    owner.fail("no-image")
    assert (await owner.ask.fetch_image(owner.vin)).bodies == []
    assert await owner.answered(Question.IMAGE)


@WEEKS_OF_CHARGING
async def test_an_answer_that_cannot_be_read_is_set_apart_and_is_no_answer(owner: Owner) -> None:
    await owner.ask.fetch_charging_settings(owner.vin)
    before = await owner.bodies(CHARGING_PLACE)
    owner.fail("data-null")
    with pytest.raises(BmwUnavailable):
        await owner.ask.fetch_charging_settings(owner.vin)
    with pytest.raises(BmwUnavailable):
        await owner.fetch_history(days=30)
    assert await owner.bodies(CHARGING_PLACE) == before
    assert not await owner.answered(Question.CHARGING_HISTORY)
    assert sorted(await owner.set_apart()) == [
        "chargingHistory: BMW's answer cannot be read",
        "locationBasedChargingSettings: BMW's answer cannot be read",
    ]


@WEEKS_OF_CHARGING
async def test_places_that_go_in_a_ring_cost_two_calls_and_none_counts_as_gone(owner: Owner) -> None:
    await owner.ask.fetch_charging_settings(owner.vin)
    before, calls = await owner.bodies(CHARGING_PLACE), owner.calls
    owner.fail("settings-in-a-ring")
    await owner.ask.fetch_charging_settings(owner.vin)
    assert (await owner.bodies(CHARGING_PLACE), owner.calls - calls) == (before, 2)


@WEEKS_OF_CHARGING
async def test_what_came_of_the_settings_before_bmw_failed_is_kept(owner: Owner) -> None:
    owner.fail("settings-in-a-ring")
    owner.fail("page-token-expired")
    with pytest.raises(BmwRefused, match="CU-125"):
        await owner.ask.fetch_charging_settings(owner.vin)
    assert await owner.bodies(CHARGING_PLACE)
    assert not await owner.answered(Question.CHARGING_SETTINGS)


@pytest.mark.parametrize("fault", ["rest-500", "secondary-driver"])
async def test_a_fault_or_a_refusal_leaves_the_picture_wanted(owner: Owner, fault: str) -> None:
    owner.fail(fault)
    with pytest.raises((BmwRefused, BmwUnavailable)):
        await owner.ask.fetch_image(owner.vin)
    assert CarImages.open(owner.cloud.data_dir).is_wanted(owner.vin)


@pytest.mark.parametrize("kind", [1.0, 2.0, 3.0, 4.0])
async def test_what_is_no_picture_is_set_apart_and_leaves_it_wanted(owner: Owner, kind: float) -> None:
    owner.fail("image-odd", value=kind)
    with pytest.raises(BmwUnavailable, match="image: BMW's answer cannot be read"):
        await owner.ask.fetch_image(owner.vin)
    assert CarImages.open(owner.cloud.data_dir).is_wanted(owner.vin)
    assert not await owner.answered(Question.IMAGE)
    assert await owner.set_apart() == ["image: BMW's answer cannot be read"]
    owner.cloud.emulator.faults.switch_off()
    assert (await owner.ask.fetch_image(owner.vin)).bodies[0].startswith(b"\x89PNG")


async def test_a_picture_that_cannot_be_kept_is_told(owner: Owner) -> None:
    (owner.cloud.data_dir / FOLDER).write_text("in the way")
    with pytest.raises(StoreError, match="cannot use"):
        await owner.ask.fetch_image(owner.vin)
    assert not await owner.answered(Question.IMAGE)


@WEEKS_OF_CHARGING
async def test_texts_of_a_million_characters_are_kept_whole_once_and_are_no_names_and_no_keys(owner: Owner) -> None:
    owner.fail("long-texts", value=1_000_000)
    await owner.ask.fetch_basic_data(owner.vin)
    for _ in range(2):
        await owner.ask.fetch_charging_settings(owner.vin)
    [vehicle] = owner.hub.context.vehicles.vehicles()
    assert vehicle.model is not None
    assert (len(vehicle.model), vehicle.model[:16]) == (200, "i5 eDrive40 xxxx")
    [basic] = await owner.hub.store.documents.documents(owner.vin, BASIC_DATA)
    assert len(basic.body) > 1_000_000
    shown = await view_basic_data(OWNER, owner.hub.store.documents, owner.vin)
    assert len(str(shown.fields["modelName"])) == 4_000
    places = await owner.hub.store.documents.documents(owner.vin, CHARGING_PLACE)
    settings = await view_charging_settings(OWNER, owner.hub.store.documents, owner.vin)
    assert {len(place.natural_key) for place in places} == {24}
    assert len(settings.items) == len(places) > 1
