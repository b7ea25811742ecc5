"""A person's questions to families older than CarData: asked at once, or given from the store where that is fresh.

How often one may ask is not known for certain, not even of the MyBMW app, whose calls BMW counts (`polled_pace`). So an
answer of the last minutes is not asked for anew unless a person insists.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import BMW_CHARGE_DETAILS, FRESH_FOR_MS, PAST_FRESH_FOR_MS, Question
from bimmerhub.errors import SignInRequired
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.feeds.polled.polled_cars import PolledCars
from bimmerhub.hub.feeds.polled.polled_documents import earlier_months
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.views.ports.bmw import Asking, AskingPrice, BmwAnswer, BmwPicture

PNG_BEGINNING = b"\x89PNG"

_SEVERAL_CALLS: Final[Mapping[Family, frozenset[Question]]] = {
    Family.CONNECTEDDRIVE: frozenset({Question.MAPPINGS}),
    Family.MYBMW: frozenset({Question.MAPPINGS, Question.BMW_CHARGES, Question.BMW_TRIPS}),
}
"""Questions that take a call more for each car that is listed, each page of sessions, each new trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledAsking:
    """A question with the account that it is asked by."""

    account: StoredAccount
    asking: Asking


class PolledQuestions:
    """The questions of every account of an older family. `cars` gives those of one."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        cars: Callable[[StoredAccount], PolledCars],
        documents: StoredDocuments,
        images: CarImages,
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._cars = cars
        self._documents = documents
        self._images = images
        self._now_ms = now_ms
        self._turns: dict[tuple[int, Question, Vin | None], asyncio.Lock] = defaultdict(asyncio.Lock)

    def _fresh_for_ms(self, asking: Asking) -> int:
        """Return how old an answer may be to be given from the store, in milliseconds.

        Of the last month BMW may still tell more in the first days of the next.
        """
        [last_month] = earlier_months(self._now_ms(), 1)
        is_past = asking.month is not None and asking.month < last_month
        return PAST_FRESH_FOR_MS if is_past or asking.item is not None else FRESH_FOR_MS[asking.question]

    async def price(self, asked: PolledAsking) -> AskingPrice:
        """Return what asking costs, and nothing of a quota that is known; SignInRequired when nobody is signed in."""
        account, question = asked.account, asked.asking.question
        answered_at_ms = await self._cars(account).answered_at_ms(asked.asking)
        if answered_at_ms is not None and answered_at_ms > self._now_ms():
            answered_at_ms = None  # a stamp from the future is of a clock that was wrong
        fresh_until_ms = (answered_at_ms or 0) + self._fresh_for_ms(asked.asking)
        price = AskingPrice(
            question=question,
            account=account.name,
            calls=1,
            may_cost_more=question in _SEVERAL_CALLS.get(account.family, ()),
            remaining=None,
            limit=None,
            resets_at_ms=None,
            answered_at_ms=answered_at_ms,
            fresh_until_ms=fresh_until_ms if answered_at_ms and fresh_until_ms > self._now_ms() else None,
        )
        if price.fresh_until_ms is None:
            await self._check_signed_in(account)
        return price

    async def ask(self, asked: PolledAsking, *, fresh: bool) -> BmwAnswer:
        """Return the answer, from the store when one is fresh enough, unless it is to be `fresh`.

        Raises the errors of `family_client`, and ConfigError for what the car's own list denies.
        """
        asking = asked.asking
        async with self._turns[asked.account.id, asking.question, asking.vin]:
            price = await self.price(asked)
            if price.fresh_until_ms is not None and not fresh:
                return await self._stored(asked, answered_at_ms=price.answered_at_ms or 0)
            await self._check_signed_in(asked.account)
            cars = self._cars(asked.account)
            if asking.vin is None:
                return self._describe(asked, documents=await cars.list_cars())
            asked_answer = await cars.ask_for(asking.vin, asking)
            answer, taken = asked_answer.answer, asked_answer.taken
            return self._describe(
                asked,
                bodies=(answer.body.decode("utf-8", "replace"),),
                documents=len(answer.documents),
                readings=(taken.new, taken.repeated, len(taken.refused)),
                is_complete=answer.is_complete,
            )

    async def picture(self, account: StoredAccount, vin: Vin, view: str | None, *, fresh: bool) -> BmwPicture:
        """Return a picture of a car, from the store when one is fresh enough, unless it is to be `fresh`.

        Errors as `ask`.
        """
        kept_as = f"{account.family} {view or ''}"
        async with self._turns[account.id, Question.IMAGE, vin]:
            saved = None if fresh else await self._images.view(vin, kept_as)
            if saved is not None and 0 <= self._now_ms() - saved.saved_at_ms < FRESH_FOR_MS[Question.IMAGE]:
                return BmwPicture(png=saved.png, fetched_at_ms=saved.saved_at_ms, is_from_bmw=False)
            await self._check_signed_in(account)
            png = await self._cars(account).fetch_image(vin, view)
            if png.startswith(PNG_BEGINNING):
                await self._images.keep_view(vin, kept_as, png)
            return BmwPicture(png=png, fetched_at_ms=self._now_ms(), is_from_bmw=True)

    async def _check_signed_in(self, account: StoredAccount) -> None:
        if not await self._accounts.has_tokens(account):
            raise SignInRequired(
                f"{account.name} is not signed in, so BMW cannot be asked",
                hint=account.family.login_command(account.name),
            )

    async def _stored(self, asked: PolledAsking, *, answered_at_ms: int) -> BmwAnswer:
        kind, vin, item = asked.asking.question.kind, asked.asking.vin, asked.asking.item
        if item is not None:
            kind = BMW_CHARGE_DETAILS
        stored = [] if vin is None else await self._documents.documents(vin, kind)
        wanted = [document for document in stored if item in {None, document.natural_key}]
        newest = max(wanted, key=lambda document: document.fetched_at_ms, default=None)
        bodies = () if newest is None else (newest.body,)
        return self._describe(asked, bodies=bodies, documents=len(bodies), answered_at_ms=answered_at_ms)

    def _describe(
        self,
        asked: PolledAsking,
        *,
        bodies: tuple[str, ...] = (),
        documents: int = 0,
        readings: tuple[int, int, int] = (0, 0, 0),
        answered_at_ms: int | None = None,
        is_complete: bool = True,
    ) -> BmwAnswer:
        at_ms = self._now_ms() if answered_at_ms is None else answered_at_ms
        return BmwAnswer(
            question=asked.asking.question,
            vin=asked.asking.vin,
            account=asked.account.name,
            is_from_bmw=answered_at_ms is None,
            calls=int(answered_at_ms is None),
            remaining=None,
            limit=None,
            resets_at_ms=None,
            answered_at_ms=at_ms,
            fresh_until_ms=at_ms + self._fresh_for_ms(asked.asking) if is_complete else at_ms,
            bodies=bodies,
            documents=documents,
            readings=readings,
            is_complete=is_complete,
        )
