"""Calls for one car after the other, so that one that BMW cannot answer for keeps no other from its turn."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from bimmerhub.errors import BmwUnavailable
from bimmerhub.ids import Vin, mask_vin

_log = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 2
"""With so many cars in a row BMW itself is out of order: more calls would be wasted."""


async def give_turns(vins: Iterable[Vin], work: Callable[[Vin], Awaitable[None]]) -> None:
    """Do the work for each car; BmwUnavailable at the end when it failed for one, at once when it fails for all.

    Other errors (a spent quota, a sign-in that is missing) end it at once: they are not about one car.
    """
    failure: BmwUnavailable | None = None
    in_a_row = 0
    for vin in vins:
        try:
            await work(vin)
        except BmwUnavailable as error:
            _log.warning("%s: BMW cannot answer for it now: %s", mask_vin(vin), error)
            failure = failure or error
            in_a_row += 1
            if in_a_row >= FAILURES_IN_A_ROW:
                break
        else:
            in_a_row = 0
    if failure is not None:
        raise failure
