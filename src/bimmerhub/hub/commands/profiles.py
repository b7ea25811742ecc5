"""A change of a car's charging profile, made of the profile that the car has now; its document is told anew after it.

BMW takes whole profiles only. One that was stored hours ago may have been changed in the car since.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from bimmerhub.bmw.charging_profile import encode_charging_profile, read_charging_profile
from bimmerhub.bmw.charging_profile_change import change_profile
from bimmerhub.bmw.commands import CommandProgress
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandState
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import CHARGING_PROFILE
from bimmerhub.errors import BimmerhubError, BmwRefused, StoreError
from bimmerhub.hub.commands.cars import CommandedCar
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer, FamilyCar
from bimmerhub.ids import mask_vin

NO_PROFILE = "no_profile"
"""Our own `code` in BmwRefused: BMW tells no charging profile of this car."""

TakeAnswer = Callable[[Family, FamilyAnswer], Awaitable[None]]
"""Stores what a question to a family brought."""

_log = logging.getLogger(__name__)


async def with_fresh_profile(car: FamilyCar, order: CommandOrder, *, force: bool) -> CommandOrder:
    """Return the order with the whole profile to send; an order without a change as it is. One call to BMW.

    BmwRefused when the car's own list says that it takes none (`force` tries all the same) or BMW tells of none;
    ConfigError for a change that this profile cannot have. Nothing was sent.
    """
    if order.profile_change is None:
        return order
    refusal = None if force else car.refusal(order.kind)
    if refusal is not None:
        raise refusal
    answer = await car.fetch_document(CHARGING_PROFILE)
    if not answer.documents:
        raise BmwRefused("BMW tells no charging profile of this car; nothing was sent", code=NO_PROFILE)
    profile = read_charging_profile(answer.documents[0].body.encode())
    return replace(order, profile=encode_charging_profile(change_profile(profile, order.profile_change)))


async def telling_profile(
    life: AsyncGenerator[CommandProgress], commanded: CommandedCar, take: TakeAnswer
) -> AsyncGenerator[CommandProgress]:
    """Yield the life of a command that sets a profile; before `executed`, the new profile is asked for and stored."""
    async with aclosing(life):
        async for progress in life:
            if progress.state is CommandState.EXECUTED:
                await _store_profile(commanded, take)
            yield progress


async def _store_profile(commanded: CommandedCar, take: TakeAnswer) -> None:
    try:
        await take(commanded.account.family, await commanded.car.fetch_document(CHARGING_PROFILE))
    except StoreError:
        raise
    except BimmerhubError as error:  # the command is done all the same; the feed asks again in time
        _log.info("%s: its new charging profile did not come: %s", mask_vin(commanded.stored.vin), error)
