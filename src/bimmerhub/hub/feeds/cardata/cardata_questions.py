"""A person's questions to CarData: what one costs, and the answer, from the store where that is fresh enough."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from typing_extensions import override

from bimmerhub.bmw.cardata.answers.charging_history import LONGEST_WINDOW
from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.account.services import TITLES, CarDataService, how_to_add
from bimmerhub.domain.documents import CARDATA_QUESTIONS, FRESH_FOR_MS, Question
from bimmerhub.errors import BmwRefused, ConfigError, QuotaSpent, SignInRequired
from bimmerhub.hub.accounts.access import check_is_cardata
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.feeds.cardata.cardata_containers import OwnContainers, container_descriptors
from bimmerhub.hub.feeds.cardata.cardata_documents import Answered, CarDataDocuments
from bimmerhub.hub.feeds.cardata.cardata_refresh import fetch_values
from bimmerhub.hub.feeds.cardata.cardata_stored_answers import StoredAnswers, bodies_of
from bimmerhub.hub.feeds.cardata.cardata_vehicles import CarDataVehicles
from bimmerhub.hub.ingest.ingest import Taken
from bimmerhub.ids import Vin, mask_vin, vin_end
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.ports.bmw import (
    Asking,
    AskingPrice,
    BmwAnswer,
    BmwPicture,
    BmwQuestions,
    IsAwaited,
    always_awaited,
)

CALLS_FOR_A_CONTAINER = 2
"""Where the hub has no container yet: one call lists those at BMW, one makes it."""
_PAGED = frozenset({Question.CHARGING_HISTORY, Question.CHARGING_SETTINGS})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuestions:
    """What one account's questions are asked with."""

    documents: CarDataDocuments
    vehicles: CarDataVehicles
    containers: OwnContainers
    calls_made: Callable[[], int]


class CarDataQuestions(BmwQuestions):
    """The questions of every CarData account of a hub. `open_questions` gives what an account's are asked with.

    Each thing is asked for once at a time: who asks the same meanwhile gets the answer that has just come. Other
    questions do not wait for a long charging history.
    """

    def __init__(
        self,
        *,
        accounts: AccountBook,
        quotas: QuotaBook,
        vehicles: StoredVehicles,
        stored: StoredAnswers,
        open_questions: Callable[[StoredAccount], AccountQuestions],
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._quotas = quotas
        self._vehicles = vehicles
        self._stored = stored
        self._open = open_questions
        self._now_ms = now_ms
        self._turns: dict[tuple[int, Question, Vin | None], asyncio.Lock] = defaultdict(asyncio.Lock)

    @override
    async def offered(self, vin: Vin, account: str | None) -> Sequence[Question]:
        return CARDATA_QUESTIONS

    @override
    async def picture(self, vin: Vin, *, view: str | None, account: str | None, fresh: bool) -> BmwPicture:
        raise ConfigError(
            "CarData has one picture of a car, and no views",
            hint="bimmerhub fetch VIN image --raw > car.png. Views are there for accounts of the other families.",
        )

    @override
    async def price(self, asking: Asking) -> AskingPrice:
        account = await self._find_account(asking)
        price = await self._price(asking, account)
        if price.fresh_until_ms is None:
            await self._check_signed_in(account)
        return price

    @override
    async def ask(self, asking: Asking, *, fresh: bool, is_awaited: IsAwaited = always_awaited) -> BmwAnswer:
        account = await self._find_account(asking)
        async with self._turn(asking, account):
            price = await self._price(asking, account)
            if (price.fresh_until_ms is not None and not fresh) or not await is_awaited():
                return await self._stored_answer(asking, account, price)
            await self._check_signed_in(account)
            if price.remaining is not None and price.remaining < price.calls:
                raise QuotaSpent(
                    f"this takes {price.calls} of BMW's REST calls or more, and {price.remaining} are left of this day",
                    resets_at=datetime.fromtimestamp((price.resets_at_ms or 0) / 1000, UTC),
                )
            questions = self._open(account)
            answered = await self._ask_bmw(asking, questions, is_awaited)
            if asking.question is Question.MAPPINGS:  # `meet_all` keeps no bodies
                answered = Answered(bodies=[], documents=await self._stored.find(asking, account))
            return await self._describe(asking, account, answered, calls=questions.calls_made())

    def _turn(self, asking: Asking, account: StoredAccount) -> asyncio.Lock:
        """Return the lock of this question; that of values is all cars', who share the containers to be made."""
        return self._turns[account.id, asking.question, None if asking.question is Question.VALUES else asking.vin]

    async def _find_account(self, asking: Asking) -> StoredAccount:
        """Return the account to ask with; ConfigError when there is none that BMW would answer."""
        account = await self._find_owner(asking)
        check_is_cardata(account)
        if account.services and CarDataService.API not in account.services:
            title = TITLES[CarDataService.API]
            raise ConfigError(
                f"{title} is not switched on for {account.name}, so BMW cannot be asked",
                hint=how_to_add(CarDataService.API, account=account.name),
            )
        return account

    async def _check_signed_in(self, account: StoredAccount) -> None:
        """Raise SignInRequired before a price is told that nobody can pay, as for a relay without a sign-in."""
        if not await self._accounts.has_tokens(account):
            raise SignInRequired(
                f"{account.name} is not signed in, so BMW cannot be asked",
                hint=f"bimmerhub login --account {account.name}",
            )

    async def _find_owner(self, asking: Asking) -> StoredAccount:
        if asking.vin is None:
            return await self._accounts.named(asking.account or "")
        accounts = {account.id: account for account in await self._accounts.accounts()}
        car = next((car for car in await self._vehicles.vehicles() if car.vin == asking.vin), None)
        given = [] if car is None else [seen for seen in car.accounts if car.is_given_to(seen.account_id)]
        for seen in given:
            if asking.account in (None, seen.account):
                return accounts[seen.account_id]
        whose = mask_vin(asking.vin)
        if car is not None and car.is_archived:
            raise ConfigError(
                f"{whose} is {car.notice}",
                hint=f"If it is in use: bimmerhub vehicles archive {vin_end(asking.vin)} --undo",
            )
        raise ConfigError(
            f"no account is the primary user of {whose}, and BMW gives data to that one only"
            if asking.account is None
            else f"the account {asking.account} is not the primary user of {whose}",
            hint="If the car is new to the account, ask which cars it has: bimmerhub fetch mappings",
        )

    async def _price(self, asking: Asking, account: StoredAccount) -> AskingPrice:
        quota = await self._quotas.load(account)
        calls, containers = 1, [asking.container_id]
        if asking.question is Question.VALUES and asking.container_id is None:
            own = await self._open(account).containers.stored_for(container_descriptors())
            containers = [container.id for container in own]
            calls = len(own) or 1 + CALLS_FOR_A_CONTAINER
        elif asking.question is Question.CHARGING_HISTORY:
            calls = max(1, -(-(asking.to_ms - asking.from_ms) // round(LONGEST_WINDOW.total_seconds() * 1000)))
        answered_at_ms = await self._stored.answered_at_ms(asking, account, containers)
        fresh_until_ms = (answered_at_ms or 0) + FRESH_FOR_MS[asking.question]
        return AskingPrice(
            question=asking.question,
            account=account.name,
            calls=calls,
            may_cost_more=asking.question in _PAGED or not containers,
            remaining=quota.remaining,
            limit=quota.limit,
            resets_at_ms=quota.resets_at_ms,
            answered_at_ms=answered_at_ms,
            fresh_until_ms=fresh_until_ms if answered_at_ms and fresh_until_ms > self._now_ms() else None,
        )

    async def _ask_bmw(self, asking: Asking, questions: AccountQuestions, is_awaited: IsAwaited) -> Answered:
        documents = questions.documents
        if asking.vin is None:
            await questions.vehicles.meet_all()
            return Answered(bodies=[])
        if asking.question is Question.VALUES:
            return await self._ask_values(asking.vin, asking.container_id, questions)
        if asking.question is Question.CHARGING_HISTORY:
            since, until = (datetime.fromtimestamp(at / 1000, UTC) for at in (asking.from_ms, asking.to_ms))
            return await documents.fetch_charging_history(asking.vin, since, until, is_awaited=is_awaited)
        if asking.question is Question.CHARGING_SETTINGS:
            return await documents.fetch_charging_settings(asking.vin, is_awaited=is_awaited)
        ask = {
            Question.BASIC_DATA: documents.fetch_basic_data,
            Question.TYRES: documents.fetch_tyres,
            Question.IMAGE: documents.fetch_image,
        }[asking.question]
        return await ask(asking.vin)

    @staticmethod
    async def _ask_values(vin: Vin, container_id: str | None, questions: AccountQuestions) -> Answered:
        """Ask for the values of one container, or of all that the hub has, which are made when there are none."""
        if container_id is not None:
            return await questions.documents.fetch_values(vin, container_id)
        wanted, own = container_descriptors(), questions.containers
        containers = await own.stored_for(wanted) or await own.ensure(wanted)
        try:
            answers = await fetch_values(vin, containers, documents=questions.documents, own=own)
        except BmwRefused as error:
            if error.code == NO_SUCH_CONTAINER:
                error.hint = "The hub's container is gone at BMW, and forgotten now: the same again makes a new one."
            raise
        taken = [answer.readings for answer in answers if answer.readings is not None]
        return Answered(
            bodies=[body for answer in answers for body in answer.bodies],
            readings=Taken(
                new=sum(one.new for one in taken),
                repeated=sum(one.repeated for one in taken),
                refused=[item for one in taken for item in one.refused],
            ),
        )

    async def _stored_answer(self, asking: Asking, account: StoredAccount, price: AskingPrice) -> BmwAnswer:
        stored = Answered(bodies=[], documents=await self._stored.find(asking, account))
        return await self._describe(asking, account, stored, calls=0, answered_at_ms=price.answered_at_ms)

    async def _describe(
        self,
        asking: Asking,
        account: StoredAccount,
        answered: Answered,
        *,
        calls: int,
        answered_at_ms: int | None = None,
    ) -> BmwAnswer:
        now_ms = self._now_ms()
        quota: Quota = await self._quotas.load(account)
        at_ms = now_ms if answered_at_ms is None else answered_at_ms
        taken = answered.readings
        is_image = asking.question is Question.IMAGE
        bodies = [body.decode("utf-8", "replace") for body in answered.bodies]
        return BmwAnswer(
            question=asking.question,
            vin=asking.vin,
            account=account.name,
            is_from_bmw=answered_at_ms is None,
            calls=calls,
            remaining=quota.remaining,
            limit=quota.limit,
            resets_at_ms=quota.resets_at_ms,
            answered_at_ms=at_ms,
            fresh_until_ms=at_ms + FRESH_FOR_MS[asking.question],
            bodies=[] if is_image else bodies or bodies_of(asking.question, answered.documents),
            documents=len(answered.documents),
            readings=(0, 0, 0) if taken is None else (taken.new, taken.repeated, len(taken.refused)),
            skipped=[(_to_ms(period.since), _to_ms(period.until)) for period in answered.skipped],
        )


def _to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
