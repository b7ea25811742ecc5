"""What a command has changed in the car: asked for and stored before the command is said to be executed.

Else a car that was unlocked would read as locked until the feed asks again, which can take half an hour.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from bimmerhub.bmw.commands import CommandProgress
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind, CommandState
from bimmerhub.domain.documents import CHARGING_PROFILE
from bimmerhub.errors import BimmerhubError, StoreError
from bimmerhub.hub.commands.cars import CommandedCar
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer
from bimmerhub.ids import mask_vin

TakeAnswer = Callable[[Family, FamilyAnswer], Awaitable[None]]
"""Stores what a question to a family brought."""

_LEAVES_NO_TRACE: Final = frozenset({CommandKind.LIGHTS, CommandKind.HORN, CommandKind.POI, CommandKind.MESSAGE})
"""Commands after which the car's state is what it was before."""

_log = logging.getLogger(__name__)


async def telling_outcome(
    life: AsyncGenerator[CommandProgress], kind: CommandKind | str, commanded: CommandedCar, take: TakeAnswer
) -> AsyncGenerator[CommandProgress]:
    """Yield the life of a command; before `executed`, what it may have changed is asked for and stored."""
    async with aclosing(life):
        async for progress in life:
            if progress.state is CommandState.EXECUTED and kind not in _LEAVES_NO_TRACE:
                await _store_outcome(kind, commanded, take)
            yield progress


async def _store_outcome(kind: CommandKind | str, commanded: CommandedCar, take: TakeAnswer) -> None:
    car = commanded.car
    try:
        if kind == CommandKind.CHARGING_PROFILE:
            answer = await car.fetch_document(CHARGING_PROFILE)
        else:
            answer = await car.fetch_readings()
        await take(commanded.account.family, answer)
    except StoreError:
        raise
    except BimmerhubError as error:  # the command is done all the same; the feed asks again in time
        _log.info("%s: what the command changed did not come: %s", mask_vin(commanded.stored.vin), error)
