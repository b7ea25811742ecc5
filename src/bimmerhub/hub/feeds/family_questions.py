"""A person's questions to BMW: each goes to the family that can answer it, of those whose accounts have the car."""

from collections.abc import Sequence

from typing_extensions import override

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import CARDATA_QUESTIONS, OLDER_QUESTIONS, Question
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.feeds.cardata.cardata_questions import CarDataQuestions
from bimmerhub.hub.feeds.polled.polled_questions import PolledAsking, PolledQuestions
from bimmerhub.ids import Vin
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


class FamilyQuestions(BmwQuestions):
    """The questions of every account of a hub."""

    def __init__(
        self,
        *,
        cardata: CarDataQuestions,
        polled: PolledQuestions,
        accounts: AccountBook,
        vehicles: StoredVehicles,
    ) -> None:
        self._cardata = cardata
        self._polled = polled
        self._accounts = accounts
        self._vehicles = vehicles

    @override
    async def offered(self, vin: Vin, account: str | None) -> Sequence[Question]:
        families = {one.family for one in await self._owners(vin, account)} or {Family.CARDATA}
        return [question for question in Question if any(question in _offered_by(family) for family in families)]

    @override
    async def picture(self, vin: Vin, *, view: str | None, account: str | None, fresh: bool) -> BmwPicture:
        owners = [one for one in await self._owners(vin, account) if one.family.takes_password]
        if not owners:
            return await self._cardata.picture(vin, view=view, account=account, fresh=fresh)
        return await self._polled.picture(owners[0], vin, view, fresh=fresh)

    @override
    async def price(self, asking: Asking) -> AskingPrice:
        polled = await self._polled_asking(asking)
        return await self._cardata.price(asking) if polled is None else await self._polled.price(polled)

    @override
    async def ask(self, asking: Asking, *, fresh: bool, is_awaited: IsAwaited = always_awaited) -> BmwAnswer:
        polled = await self._polled_asking(asking)
        if polled is None:
            return await self._cardata.ask(asking, fresh=fresh, is_awaited=is_awaited)
        return await self._polled.ask(polled, fresh=fresh)

    async def _polled_asking(self, asking: Asking) -> PolledAsking | None:
        """Return the question with the account of an older family that answers it, None where CarData does.

        ConfigError where neither can.
        """
        if asking.vin is None:
            account = await self._accounts.named(asking.account or "")
            return PolledAsking(account=account, asking=asking) if account.family.takes_password else None
        owners = await self._owners(asking.vin, asking.account)
        able = [account for account in owners if asking.question in _offered_by(account.family)]
        if owners and not able:
            raise _cannot(asking.question, owners[0].family)
        if not owners and asking.question not in CARDATA_QUESTIONS:
            raise _cannot(asking.question, Family.CARDATA)
        if not able or able[0].family is Family.CARDATA:
            return None
        return PolledAsking(account=able[0], asking=asking)

    async def _owners(self, vin: Vin, name: str | None) -> list[StoredAccount]:
        """Return the accounts that BMW gives a car to, or the one of that name if it is one of them."""
        accounts = {account.id: account for account in await self._accounts.accounts()}
        car = next((car for car in await self._vehicles.vehicles() if car.vin == vin), None)
        given = [seen.account_id for seen in (() if car is None else car.accounts) if car and car.gives(seen)]
        is_used = car is not None and not car.is_archived
        return [accounts[one] for one in given if is_used and name in (None, accounts[one].name)]


def _offered_by(family: Family) -> Sequence[Question]:
    return OLDER_QUESTIONS.get(family, CARDATA_QUESTIONS)


def _cannot(question: Question, family: Family) -> ConfigError:
    words = ", ".join(one.value for one in _offered_by(family))
    name = family.shown_name
    return ConfigError(f"{name[:1].upper()}{name[1:]} has no {question.value} of a car", hint=f"It has {words}.")
