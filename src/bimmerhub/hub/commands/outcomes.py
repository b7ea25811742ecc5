"""What a command has changed in the car: asked for and stored before the command is said to be executed.

Else a car that was unlocked would read as locked until the feed asks again, which can take half an hour.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandState
from bimmerhub.errors import BimmerhubError, StoreError
from bimmerhub.hub.commands.cars import CommandedCar
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer
from bimmerhub.ids import mask_vin

TakeAnswer = Callable[[Family, FamilyAnswer], Awaitable[None]]
"""Stores what a question to a family brought."""

_log = logging.getLogger(__name__)


async def telling_outcome(
    life: AsyncGenerator[CommandProgress], commanded: CommandedCar, take: TakeAnswer
) -> AsyncGenerator[CommandProgress]:
    """Yield the life of a command; before `executed`, what it may have changed or found is asked for and stored."""
    async with aclosing(life):
        async for progress in life:
            if progress.state is CommandState.EXECUTED:
                await _store_outcome(commanded, progress, take)
            yield progress


async def _store_outcome(commanded: CommandedCar, progress: CommandProgress, take: TakeAnswer) -> None:
    try:
        answer = await commanded.car.fetch_outcome(progress)
        if answer is not None:
            await take(commanded.account.family, answer)
    except StoreError:
        raise
    except BimmerhubError as error:  # the command is done all the same; the feed asks again in time
        _log.info("%s: what %s changed did not come: %s", mask_vin(commanded.stored.vin), progress.kind, error)
