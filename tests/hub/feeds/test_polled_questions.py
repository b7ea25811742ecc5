"""Asking accounts of older families at once: what comes, what is given from the store, and what cannot be asked."""

from typing import NoReturn

import pytest
from tests.hub.conftest import QuickClock
from tests.hub.feeds.test_polled import NAME, PORTAL, SIGN_IN, OldCloud, advance_until, old

from bimmerhub.domain.documents import OLDER_QUESTIONS, Question
from bimmerhub.errors import BimmerhubError, ConfigError, SignInRequired, StoreError
from bimmerhub.hub.app import Hub
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import DAY_MS, MINUTE_MS
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.views.ports.bmw import Asking, BmwAnswer

__all__ = ["old"]


async def ask(hub: Hub, what: Question, vin: Vin | None, *, fresh: bool = False) -> BmwAnswer:
    asking = Asking(question=what, vin=vin, account=NAME if vin is None else None)
    return await hub.context.questions.ask(asking, fresh=fresh)


@pytest.mark.parametrize("sign_in", [SIGN_IN, PORTAL], ids=["iremote", "connecteddrive"])
async def test_everything_that_a_family_has_is_asked_at_once(old: OldCloud, sign_in: AccountSignIn) -> None:
    async with old.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password(NAME, sign_in)
        listed = await ask(hub, Question.MAPPINGS, None)
        offered = await hub.context.questions.offered(old.vin, None)
        answers = [await ask(hub, question, old.vin) for question in offered if question is not Question.MAPPINGS]
        stored = {
            question: await hub.store.documents.documents(old.vin, question.kind)
            for question in offered
            if question is not Question.VALUES
        }
        signals = hub.live.state(old.vin) or {}
    assert listed.documents == len(old.emulator.info.vehicles)
    assert set(offered) == set(OLDER_QUESTIONS[sign_in.family])
    assert all(answer.is_from_bmw and answer.bodies and answer.remaining is None for answer in answers)
    assert {question for question, documents in stored.items() if not documents} <= {Question.LAST_TRIP}
    assert signals["odometer_km"].value


async def test_an_answer_of_just_now_is_given_from_the_store(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        before = old.calls["status"]
        again = await ask(hub, Question.VALUES, old.vin)
        assert (again.is_from_bmw, old.calls["status"]) == (False, before)
        assert (await ask(hub, Question.VALUES, old.vin, fresh=True)).is_from_bmw
        clock.ahead_ms += 6 * MINUTE_MS
        assert (await ask(hub, Question.DESTINATIONS, old.vin)).is_from_bmw
        price = await hub.context.questions.price(Asking(question=Question.DESTINATIONS, vin=old.vin))
    assert price.fresh_until_ms is not None


async def test_what_a_family_does_not_have_is_said_with_what_it_has(old: OldCloud) -> None:
    async with old.polling() as hub:
        with pytest.raises(ConfigError, match="I Remote has no specs") as refused:
            await ask(hub, Question.SPECS, old.vin)
        with pytest.raises(ConfigError, match="has no tyres"):
            await ask(hub, Question.TYRES, old.vin)
    assert "destinations" in (refused.value.hint or "")


async def test_who_is_signed_out_is_told_before_anything_is_asked(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        await hub.connections.sign_out(NAME)
        clock.ahead_ms += 10 * MINUTE_MS
        before = sum(old.calls.values())
        with pytest.raises(SignInRequired, match="is not signed in"):
            await ask(hub, Question.VALUES, old.vin)
    assert sum(old.calls.values()) == before


async def test_failure_is_told_and_the_next_question_is_asked_again(old: OldCloud) -> None:
    async with old.polling() as hub:
        old.fails_by("older-tokens-refused")
        with pytest.raises(BimmerhubError):
            await ask(hub, Question.VALUES, old.vin, fresh=True)
        old.fails_no_more()
        assert (await ask(hub, Question.VALUES, old.vin, fresh=True)).is_from_bmw


async def test_question_goes_to_the_family_that_can_answer_it(old: OldCloud) -> None:
    async with old.hub(goes_live=False) as hub:
        assert await old.sign_in(hub) == "done"
        mappings = Asking(question=Question.MAPPINGS, vin=None, account="home")
        await hub.context.questions.ask(mappings, fresh=True)
        await hub.connections.sign_in_with_password(NAME, SIGN_IN)
        await ask(hub, Question.MAPPINGS, None)
        offered = await hub.context.questions.offered(old.vin, None)
        destinations = await ask(hub, Question.DESTINATIONS, old.vin)
        basic_data = await ask(hub, Question.BASIC_DATA, old.vin)
    assert {Question.TYRES, Question.DESTINATIONS} <= set(offered)
    assert (destinations.account, basic_data.account) == (NAME, "home")
    assert basic_data.remaining is not None


async def test_an_answer_that_could_not_be_stored_is_not_fresh(old: OldCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Batch) -> NoReturn:
        raise StoreError("the disk is full")

    clock = QuickClock()
    async with old.polling(clock) as hub:
        await old.control("clock", jump_ms=DAY_MS)
        monkeypatch.setattr(hub.store, "append", fail)
        await advance_until(clock, lambda: hub.context.health.health().last_store_error)
        monkeypatch.undo()
        assert (await ask(hub, Question.VALUES, old.vin)).is_from_bmw
