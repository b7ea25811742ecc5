"""What a person or a program asks a car to do: a kind of command, and what some kinds need besides. Pure.

A text for a car has no control characters and no halves of characters, which no car can show; only a message has lines.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from bimmerhub.domain.command import CommandKind, Detail
from bimmerhub.domain.profile_change import ProfileChange
from bimmerhub.domain.settings_change import SettingsChange
from bimmerhub.errors import ConfigError

LONGEST_CAR_TEXT: Final = 255
"""Characters of a text for a car (documentation of i Remote)."""
_UNSHOWN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, of halves of characters, and of separators of lines and paragraphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOfInterest:
    """A destination to send to a car, in degrees (WGS 84); only the coordinates are needed.

    ConfigError when they are no place, or a text is none for a car.
    """

    latitude_deg: float
    longitude_deg: float
    name: str | None = None
    additional_info: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country: str | None = None
    website: str | None = None
    phone_numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no place, and texts that are none for a car."""
        if not (-90 <= self.latitude_deg <= 90 and -180 <= self.longitude_deg <= 180):  # noqa: PLR2004 - degrees
            raise ConfigError("these coordinates are no place", hint="Latitude -90 to 90, longitude -180 to 180.")
        for name in ("name", "additional_info", "street", "city", "postal_code", "country", "website"):
            _check_text(name, getattr(self, name))
        for number in self.phone_numbers:
            _check_text("phone_numbers", number)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A message to show in a car; its text may have several lines. ConfigError for what is none."""

    subject: str
    text: str

    def __post_init__(self) -> None:
        """Refuse an empty message, and texts that are none for a car."""
        if not (self.subject and self.text):
            raise ConfigError("a message needs a subject and a text")
        _check_text("subject", self.subject)
        _check_text("text", self.text, may_have_lines=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """A command with its parameters; those that its kind does not have are None.

    `count` is of `lights`, `secret` of `unlock` (the answer to the account's security question, or a PIN; it is never
    stored), `destination` of `poi`, `message` of `message`, `profile_change` of `charging-profile`, `settings_change`
    of `charging-settings`. `profile` is the whole JSON text of a charging profile in the family's shape, as its
    document has it. `fields` are those of any other kind, in BMW's words. ConfigError when a kind lacks what it is
    about.
    """

    kind: CommandKind | str
    count: int | None = None
    secret: str | None = field(default=None, repr=False)
    destination: PointOfInterest | None = None
    message: TextMessage | None = None
    profile: str | None = None
    profile_change: ProfileChange | None = None
    settings_change: SettingsChange | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse an order that lacks what its kind is about."""
        subjects = {
            CommandKind.POI: self.destination,
            CommandKind.MESSAGE: self.message,
            CommandKind.CHARGING_PROFILE: self.profile or self.profile_change,
            CommandKind.CHARGING_SETTINGS: self.settings_change or self.fields or None,
        }
        if any(kind == self.kind and subject is None for kind, subject in subjects.items()):
            raise ConfigError(f"there is nothing to send to the car: the order {self.kind} is empty")
        _check_text("secret", self.secret)

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
            "subject": None if self.message is None else self.message.subject,
        }
        if self.profile_change is not None:
            named.update(self.profile_change.details)
        if self.settings_change is not None:
            named.update(asdict(self.settings_change))
        return {name: value for name, value in named.items() if value is not None}


def _check_text(name: str, text: str | None, *, may_have_lines: bool = False) -> None:
    if text is None:
        return
    if len(text) > LONGEST_CAR_TEXT:
        raise ConfigError(f"{name} has at most {LONGEST_CAR_TEXT} characters")
    if any(unicodedata.category(letter) in _UNSHOWN and not (may_have_lines and letter == "\n") for letter in text):
        raise ConfigError(f"{name} has a control character or half of a character, which no car can show")
