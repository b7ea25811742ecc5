"""What a car's own lists say that it can, and the refusals that come of it before anything is sent. Pure."""

from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.command import CommandKind
from bimmerhub.errors import BmwRefused

NOT_SENT: Final = "; nothing was sent"
"""How each of these refusals ends."""
NOT_CAPABLE: Final = "not_capable"
"""Our own `code` in BmwRefused: the car's list says that it cannot do that."""
NOT_PLUGGED_IN: Final = "not_plugged_in"
"""Our own `code` in BmwRefused: there is nothing to charge from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a car's lists say of a command: BMW's field and word; `is_possible` is None when they say nothing."""

    field: str
    word: str | None
    is_possible: bool | None


def not_capable(kind: CommandKind | str, *, field: str, said: str) -> BmwRefused:
    """Return the refusal of a car whose list says in `field` that it cannot do that; `said` quotes it."""
    because = " The law forbids it in some countries." if kind == CommandKind.HORN else ""
    return BmwRefused(
        f"this car cannot do that ({kind}): {said}{NOT_SENT}",
        code=NOT_CAPABLE,
        note=field,
        hint=f"`force` sends it all the same.{because}",
    )


def not_offered(kind: CommandKind | str, *, lacks: str) -> BmwRefused:
    """Return the refusal of a family that has no such command; `lacks` says so, as in `i Remote has no service`."""
    return BmwRefused(
        f"{lacks} for that ({kind[:40]}){NOT_SENT}",
        code=NOT_CAPABLE,
        hint="The climate of a parked car ends by itself." if kind == CommandKind.CLIMATE_STOP else None,
    )


def not_plugged_in(*, field: str) -> BmwRefused:
    """Return the refusal of a car that has nothing to charge from, as `field` of its state says."""
    return BmwRefused(
        f"nothing is plugged in, so the car cannot charge{NOT_SENT}",
        code=NOT_PLUGGED_IN,
        note=field,
        hint="Plug in first; `force` sends it all the same.",
    )
