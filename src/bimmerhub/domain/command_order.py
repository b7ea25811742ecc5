"""What a person or a program asks a car to do: a kind of command, and what some kinds need besides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bimmerhub.domain.command import CommandKind, Detail
from bimmerhub.domain.profile_change import ProfileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place to send to a car, in degrees (WGS 84); only the coordinates are needed."""

    latitude_deg: float
    longitude_deg: float
    name: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """A command with its parameters; those that its kind does not have are None.

    `count` is of `lights`, `secret` of `unlock` (the answer to the account's security question, or a PIN; it is never
    stored), `destination` of `poi`, `subject` and `text` of `message`, `profile_change` of `charging-profile`.
    `profile` is the whole JSON text of a charging profile in the family's shape, as its document has it. `fields` are
    those of any other kind, in BMW's words.
    """

    kind: CommandKind | str
    count: int | None = None
    secret: str | None = field(default=None, repr=False)
    destination: Destination | None = None
    subject: str | None = None
    text: str | None = None
    profile: str | None = None
    profile_change: ProfileChange | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def opens_the_car(self) -> bool:
        """Whether the car can be entered after it."""
        return self.kind == CommandKind.UNLOCK or "unlock" in self.kind

    @property
    def details(self) -> dict[str, Detail]:
        """What the record says of it besides the kind: no secret, no text, and of a destination the name only."""
        named: dict[str, Detail | None] = {
            "count": self.count,
            "destination": None if self.destination is None else self.destination.name,
            "subject": self.subject,
        }
        if self.profile_change is not None:
            named.update(self.profile_change.details)
        return {name: value for name, value in named.items() if value is not None}
