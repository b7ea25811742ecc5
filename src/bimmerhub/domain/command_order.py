"""What a person or a program asks a car to do: a kind of command, and what some kinds need besides. Pure."""

from dataclasses import dataclass, field

from bimmerhub.domain.command import CommandKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A destination to send to a car, in degrees (WGS 84)."""

    latitude_deg: float
    longitude_deg: float
    name: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A message to show in a car."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """One command to ask for.

    `flashes` is for `lights` (None: the car decides), `place` for `poi`, `message` for `message`. `secret_answer` is
    the answer to the account's security question, which BMW may demand before it unlocks; it is never stored.
    `is_forced` sends also what the car's own list says it cannot do.
    """

    kind: CommandKind
    flashes: int | None = None
    place: Place | None = None
    message: TextMessage | None = None
    secret_answer: str | None = field(default=None, repr=False)
    is_forced: bool = False

    @property
    def opens_the_car(self) -> bool:
        """Whether the car can be entered after it."""
        return self.kind is CommandKind.UNLOCK

    @property
    def details(self) -> dict[str, object]:
        """What was asked for besides the kind, for the record: no secret answer, and not where a destination is."""
        named = {
            "flashes": self.flashes,
            "name": None if self.place is None else self.place.name,
            "subject": None if self.message is None else self.message.subject,
            "forced": self.is_forced or None,
        }
        return {name: value for name, value in named.items() if value is not None}
