"""Commands to cars, as a live hub carries them out; their record comes through `store`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.command import Command
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.ids import Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for something, for the audit: a token by its name, the command line, the page; and from which address.

    `may_command` is whether their way in is one for commands to cars.
    """

    who: str
    from_where: str | None
    may_command: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """A command that a car's family has, and why this car cannot do it by its own list, None when it may."""

    kind: str
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCapability:
    """One entry of a car's own list of what it can: BMW's `name` and `word` for it.

    `command` is the one that it is about, None for none. `is_able` is None where the word does not say. `note` is what
    has to be known about the word.
    """

    name: str
    word: str
    command: str | None
    is_able: bool | None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a car can be asked to do, by the account of that name; `capabilities` is its own list, in BMW's order.

    `listed_at_ms` is when BMW told it, milliseconds UTC, None for never. `is_current` is False when BMW does not answer
    now. `notice` says why there is nothing, or nothing newer, None when there is nothing to say.
    """

    items: Sequence[Ability]
    notice: str | None
    is_opening_allowed: bool
    capabilities: Sequence[ListedCapability] = ()
    account: str | None = None
    listed_at_ms: int | None = None
    is_current: bool = True


class CarCommands(Protocol):
    """Commands to cars."""

    async def abilities(self, vin: Vin, *, account: str | None = None) -> Abilities:
        """Return what a car can be asked to do, by the account of that name or the first that can.

        BMW may be asked for the car's own list. ConfigError when it is archived, or the account is none of the car's.
        """
        ...

    async def order(
        self, vin: Vin, order: CommandOrder, *, asker: Asker, account: str | None = None, force: bool = False
    ) -> Command:
        """Ask for a command and return it, on disk as `sending`; what becomes of it is in the store and the events.

        `account` is the local name of the account to send it by, None for the first that can. `force` sends what the
        car's own list says that it cannot do. Nothing was sent when this raises: BmwRefused when the car cannot, its
        interface is for reading only, or another command is under way; ConfigError for wrong parameters, for a car that
        is archived or may not be opened; RateLimited; SignInRequired; BmwUnavailable.
        """
        ...

    async def allow_opening(self, vin: Vin, *, is_allowed: bool, asker: Asker) -> None:
        """Allow commands that open a car, or refuse them from now on; ConfigError to allow it of an archived car."""
        ...
