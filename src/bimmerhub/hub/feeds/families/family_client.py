"""How the hub speaks with a family that is asked, and not heard: its cars, what they tell, what they can be told to do.

Each such family (`iremote`, `connecteddrive`) has an adapter, which knows the family's words; nothing else in the hub
does. Every question raises the errors of the one tree: SignInRequired, BmwUnavailable, RateLimited, BmwRefused.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.bmw.commands import CommandProgress
from bimmerhub.bmw.operation_rest import OperationCalls
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwRefused, MalformedPayload
from bimmerhub.views.ports.commands import ListedCapability


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAnswer:
    """What one question brought: the body as it came, what was read from it, and what of it was refused.

    `answered_at_ms` is BMW's clock, milliseconds UTC, None when the answer had none.
    """

    body: bytes
    readings: Sequence[Reading] = ()
    refused: Sequence[MalformedPayload] = ()
    documents: Sequence[Document] = ()
    answered_at_ms: int | None = None


class FamilyCar(Protocol):
    """One car of an account."""

    @property
    def vehicle(self) -> Vehicle:
        """What the family says the car is; `drivetrain` in the words of `domain.drivetrain`."""
        ...

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

    async def fetch_document(self, kind: str) -> FamilyAnswer:
        """Ask for one of `document_kinds`; ConfigError for another. Readings may come of it too."""
        ...

    def command(self, order: CommandOrder, *, force: bool = False) -> AsyncGenerator[CommandProgress]:
        """Yield the states of a command's life, as `bmw.commands.run_command`; it is sent once, after the first.

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

    async def fetch_cars(self) -> Sequence[FamilyCar]:
        """Return the account's cars. One call."""
        ...
