"""What a person wants of a car, in no family's words: the kind of command, and what goes with it."""

from dataclasses import dataclass, field
from typing import Final

from bimmerhub.bmw.charging_profile import ChargingProfile
from bimmerhub.bmw.commands import CommandKind
from bimmerhub.errors import ConfigError

LONGEST_TEXT: Final = 255
"""Characters of a text for a car (documentation of i Remote)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOfInterest:
    """A destination to send to a car, in degrees (WGS 84). Only the coordinates are needed."""

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
        """Refuse what is no place, or too long a text: ConfigError."""
        if not (-90 <= self.latitude_deg <= 90 and -180 <= self.longitude_deg <= 180):  # noqa: PLR2004 - degrees
            raise ConfigError("these coordinates are no place", hint="Latitude -90 to 90, longitude -180 to 180.")
        _check_length(self.additional_info)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A message to show in a car; ConfigError for too long a text."""

    subject: str
    text: str

    def __post_init__(self) -> None:
        """Refuse a text that is too long."""
        _check_length(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarOrder:
    """One command. `count` is how often the lights flash, `secret_answer` goes with unlocking where BMW demands it.

    A kind that needs a destination, a message or a charging profile has it; ConfigError otherwise.
    """

    kind: CommandKind
    count: int | None = None
    secret_answer: str | None = field(default=None, repr=False)
    poi: PointOfInterest | None = None
    message: TextMessage | None = None
    charging_profile: ChargingProfile | None = None

    def __post_init__(self) -> None:
        """Refuse an order that lacks what its kind is about."""
        needed = {
            CommandKind.POI: self.poi,
            CommandKind.MESSAGE: self.message,
            CommandKind.CHARGING_PROFILE: self.charging_profile,
        }
        if self.kind in needed and needed[self.kind] is None:
            raise ConfigError(f"there is nothing to send to the car: the order {self.kind} is empty")


def _check_length(text: str | None) -> None:
    if text is not None and len(text) > LONGEST_TEXT:
        raise ConfigError(f"a text for a car has at most {LONGEST_TEXT} characters; this one has {len(text)}")
