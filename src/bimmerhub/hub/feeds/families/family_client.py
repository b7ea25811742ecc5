"""How the hub speaks with a family that is asked, and not heard: its cars, what they tell, what they can be told to do.

Each such family (`iremote`, `connecteddrive`, `mybmw`) has an adapter, which knows the family's words; nothing else in
the hub does. Every question raises the errors of the one tree: SignInRequired, BmwUnavailable, RateLimited, BmwRefused.
"""

from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.mygarage.rest import MyGarageRest
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import CHARGING_PROFILE, Document
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, ConfigError, MalformedPayload
from bimmerhub.views.ports.commands import ListedCapability

Month = tuple[int, int]
"""A year and a month, 1 to 12."""

_LEAVES_NO_TRACE: Final = frozenset({CommandKind.LIGHTS, CommandKind.HORN, CommandKind.POI, CommandKind.MESSAGE})
"""Commands after which the car's state is what it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAnswer:
    """What one question brought: the body as it came, what was read from it, and what of it was refused.

    `answered_at_ms` is BMW's clock, milliseconds UTC, None when the answer had none. Unless it `is_complete`, asking
    again brings more.
    """

    body: bytes
    readings: Sequence[Reading] = ()
    refused: Sequence[MalformedPayload] = ()
    documents: Sequence[Document] = ()
    answered_at_ms: int | None = None
    is_complete: bool = True


def choose_view(view: str, views: Iterable[str]) -> str:
    """Return the side of a car that a person means, whatever its case; ConfigError with those that there are."""
    words = {str(word).casefold(): str(word) for word in views}
    if view.casefold() not in words:
        raise ConfigError(f"there is no view {view[:40]!r}", hint=f"Views: {', '.join(words.values())}.")
    return words[view.casefold()]


class FamilyCar(Protocol):
    """One car of an account."""

    @property
    def vehicle(self) -> Vehicle:
        """What the family says the car is; `drivetrain` in the words of `domain.drivetrain`."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether BMW told all that a list of the cars asks for; else it is worth asking for the list anew soon."""
        return True

    @property
    def commands(self) -> Sequence[CommandKind | str]:
        """What the family has for cars; whether this car can do it, `refusal` says."""
        ...

    @property
    def document_kinds(self) -> Sequence[str]:
        """The kinds of documents (`domain.documents`) that the car's family has, and this car's list does not deny."""
        ...

    def capabilities(self) -> Sequence[ListedCapability]:
        """Return the car's own list of what it can, in BMW's order; what `refusal` refuses is not able."""
        ...

    def refusal(self, kind: CommandKind | str) -> BmwRefused | None:
        """Return why the car cannot do that by its own list, None when it may."""
        ...

    async def fetch_readings(self) -> FamilyAnswer:
        """Ask for the car's state, as it last reported it. Wakes no car."""
        ...

    @property
    def monthly_kinds(self) -> Sequence[str]:
        """Those of `document_kinds` of which BMW tells a month at a time, also months that are gone."""
        return ()

    async def fetch_document(
        self, kind: str, *, month: Month | None = None, stored_keys: Collection[str] = ()
    ) -> FamilyAnswer:
        """Ask for one of `document_kinds`; ConfigError for another. Readings may come of it too.

        `month` is that of a monthly kind, None: the present one. What has one of the `stored_keys` (natural
        keys), and cannot change, is not asked for again.
        """
        ...

    async def fetch_item(self, kind: str, item: str) -> FamilyAnswer:
        """Ask for one of a kind by itself, by BMW's id; ConfigError for a kind whose entries have nothing to add."""
        raise ConfigError(f"BMW tells no more of one of the {kind[:40]} than of all ({item[:40]})")

    async def fetch_image(self, view: str | None) -> bytes:
        """Ask for a picture (PNG) from a side, in the family's word; None: the usual one. ConfigError for no side."""
        ...

    @property
    def takes_profile_changes(self) -> bool:
        """Whether a change of the charging profile is carried out as it is; else `command` wants the whole profile."""
        return False

    async def fetch_outcome(self, progress: CommandProgress) -> FamilyAnswer | None:
        """Ask for what a command that was executed has changed or found; None after one that leaves no trace."""
        if progress.kind in _LEAVES_NO_TRACE:
            return None
        if progress.kind == CommandKind.CHARGING_PROFILE:
            return await self.fetch_document(CHARGING_PROFILE)
        return await self.fetch_readings()

    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        """Yield the states of a command's life, as `bmw.car_commands.commands.run_command`.

        It is sent once, after the first state.

        Instead of a first state: ConfigError when a parameter is missing or wrong, BmwRefused when the car cannot do it
        (`force` sends it all the same) or another command is under way. Nothing was sent then.
        """
        ...

    def follow(self, progress: CommandProgress) -> AsyncGenerator[CommandProgress]:
        """Yield what becomes of a command that was sent earlier, such as before a restart; nothing is sent."""
        ...


class FamilyClient(Protocol):
    """A family's interface for one account that has signed in."""

    @property
    def family(self) -> Family:
        """The family."""
        ...

    @property
    def requests_sent(self) -> int | None:
        """How many requests were sent since it was opened; None of a family that has no known limit."""
        return None

    @property
    def operations(self) -> OperationCalls:
        """The family's calls by operation, for `hub.calls`."""
        ...

    @property
    def garage(self) -> MyGarageRest | None:
        """My Garage's calls with the same sign-in; None where that is not good for it."""
        return None

    async def fetch_cars(self) -> Sequence[FamilyCar]:
        """Return the account's cars. One call."""
        ...
