"""Settings of the dealers' stock, which has no accounts: the table `[inventory]`."""

from dataclasses import dataclass, field

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.secret_text import read_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DealersStockSettings:
    """The dealers' stock in the USA, which `call inventory` asks.

    The search for used BMWs wants the name and password of BMW's own storefront. They are your setting, and BMW's are
    not shipped: the scripts of BMW's page have them. For the emulator any will do.
    """

    host: str | None = None
    """Address that answers for all of BMW's, such as an emulator's; without it the one of `[bmw]` if that is none of
    BMW's, else BMW's own."""
    username: str | None = field(default=None, repr=False)
    """Name of the storefront: the text, `env:NAME` or `file:PATH`."""
    password: str | None = field(default=None, repr=False)
    """Password of the storefront, as `username`."""

    def __post_init__(self) -> None:
        """Refuse one of both without the other: ConfigError."""
        if (self.username is None) != (self.password is None):
            raise ConfigError("the storefront of [inventory] needs both username and password")

    def storefront(self) -> tuple[str, str] | None:
        """Return name and password, None when they are not set; ConfigError when they are not where they should be."""
        if self.username is None or self.password is None:
            return None
        name = read_secret(self.username, setting="inventory.username")
        return name, read_secret(self.password, setting="inventory.password")
