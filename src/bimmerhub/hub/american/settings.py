"""The tables `[mygarage]` and `[inventory]`: where North America's sites answer, and the storefront's pair."""

from dataclasses import dataclass, field
from typing import Literal

from bimmerhub.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class MyGarageSettings:
    """My Garage, the owners' site (`bimmerhub garage`). Where `[bmw]` names an emulator, that is asked here too."""

    host: str | None = None
    """Address of My Garage, such as an emulator's, instead of BMW's and MINI's; `https://` may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontSettings:
    """The dealers' stock (`bimmerhub inventory`, `bimmerhub call inventory`).

    Where `[bmw]` names an emulator, that is asked here too.
    """

    host: str | None = None
    """Address of the dealers' stock, such as an emulator's, instead of BMW's and MINI's; as above."""
    username: str | None = None
    """Storefront's name, which the search for used BMWs wants: the text, `env:NAME` or `file:PATH`. It is your setting,
    found in the scripts of BMW's page; an emulator takes any."""
    password: str | None = field(default=None, repr=False)
    """Storefront's password: the text, `env:NAME` for a variable, or `file:PATH` for the first line of a file."""
    way: Literal["form", "basic"] = "form"
    """How both are sent: `form` to the search's own server, or `basic` to www.bmwusa.com; both were seen at BMW."""

    def __post_init__(self) -> None:
        """Refuse one of both without the other: ConfigError."""
        if (self.username is None) != (self.password is None):
            raise ConfigError(
                "the storefront of [inventory] needs both username and password", hint="Set both, or leave both out."
            )
