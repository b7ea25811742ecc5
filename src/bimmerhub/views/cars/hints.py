"""Hints from outside about what a car does: readings of their own source."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.fields import Time
from bimmerhub.views.ports.readings import HintTaking
from bimmerhub.views.viewer import Viewer

Hint = Literal["driving", "plugged"]


class HintAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A hint that was taken."""

    hint: Hint
    value: bool
    at: Time
    is_new: Annotated[bool, msgspec.Meta(description="false when it was given before")]


async def take_hint(viewer: Viewer, hints: HintTaking, vin: Vin, *, hint: Hint, value: bool, at_ms: int) -> HintAnswer:
    """Store a hint about a vehicle."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    is_new = await hints.take_hint(vin, hint, value=value, at_ms=at_ms)
    return HintAnswer(hint=hint, value=value, at=format_time(at_ms), is_new=is_new)
