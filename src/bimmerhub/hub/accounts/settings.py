"""An account's settings: the table `[accounts.NAME]`, and what may stand for NAME."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bimmerhub.bmw.cardata.endpoints import Relay
from bimmerhub.bmw.servers import is_host
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.sign_in_details import SignInDetails
from bimmerhub.hub.process.secret_text import read_secret

LONGEST_NAME = 40
PORT, TLS_PORT = 1883, 8883


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One BMW account: its `family` of interfaces, and the `client_id` that BMW's portal shows.

    Or a `relay_host`: a broker to which another program relays the account's stream; a `client_id` is then needed for
    REST only. An account of another family (`iremote`, `connecteddrive`, `mybmw`) is signed in with a name and a
    password, as an app or a page whose key or id is your own setting.
    """

    client_id: str = ""
    """Client id that BMW's portal shows; `login` then needs none."""
    family: Family = Family.CARDATA
    """Which of BMW's interfaces the account is read by: `cardata`; `iremote` and `connecteddrive`, which BMW has
    switched off; or `mybmw`, where BMW answers its own app only since 2025-09."""
    username: str | None = None
    """Name that you sign in at BMW with; not of `cardata`, as the settings down to `brands`."""
    region: Literal["row", "na", "cn"] | None = None
    """Where the account lives: `row` (rest of the world, also without it), `na` or `cn`."""
    country: str | None = None
    """Country whose portal is meant, by its name (Germany) or the end of its address (de); `connecteddrive` only."""
    host: str | None = None
    """Address of the interface, instead of the region's; `https://` may be left out."""
    sign_in_host: str | None = None
    """Address of the sign-in, where it is another one."""
    grant: Literal["password", "implicit"] | None = None
    """How one signs in: `password` (also without it) with the app's key and secret, `implicit` as BMW's page does."""
    client_key: str | None = field(default=None, repr=False)
    """Key of the app: the text, `env:NAME` or `file:PATH`. An old program's `credentials.json` has it."""
    client_secret: str | None = field(default=None, repr=False)
    """Secret of the app, as `client_key`."""
    redirect_uri: str | None = None
    """Address that the implicit sign-in leads to, the portal's only one; `client_id` is then that page's. An old
    program's `.env` has both."""
    subscription_key: str | None = field(default=None, repr=False)
    """Key of the region's gateway (ocp-apim-subscription-key), as `client_key`; `mybmw` only, as those down to
    `brands`."""
    app_version: str | None = None
    """Version of the app that one calls oneself, shaped as `1.2.3(4567)`: the third part of its x-user-agent."""
    app_build: str | None = None
    """Build of the phone's system, shaped as `AB1C.123456.789`: what `android(...)` encloses in x-user-agent. BMW
    counts calls by it, so best one of your own."""
    app_user_agent: str | None = None
    """How the app's HTTP library calls itself (user-agent), shaped as `Dart/3.3 (dart:io)`."""
    brands: str | None = None
    """Whose cars are asked for, with commas: `bmw,mini,rolls-royce,toyota`, which it is without it. Each is a call a
    day. Toyota's is the Supra."""
    relay_host: str | None = None
    """Host of an MQTT broker to read the account's messages from, instead of BMW's stream; they are in
    bmw-mqtt-bridge's layout. No sign-in is needed for it."""
    relay_port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] | None = None
    """Port of that broker; without it 1883, with TLS 8883."""
    relay_tls: bool = False
    """Whether that broker is reached by TLS."""
    relay_ca_file: Path | None = None
    """File with the only CA to trust for that broker; without it the system's CAs are trusted."""
    relay_username: str | None = None
    """User at that broker."""
    relay_password: str | None = field(default=None, repr=False)
    """Password at that broker: the text, `env:NAME` for a variable, or `file:PATH` for the first line of a file."""
    relay_prefix: str = "bmw/"
    """What the broker's topics begin with: messages are at `PREFIXraw/VIN` or `PREFIXVIN`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant: ConfigError."""
        if self.family.takes_password and self.relay_host is not None:
            raise ConfigError(f"nobody relays {self.family.shown_name}", hint="Leave relay_host out.")
        if not self.client_id and self.relay_host is None and not self.family.takes_password:
            raise ConfigError(
                "an account needs a client_id, or a relay_host to read from",
                hint='Or is it none of CarData? Then name its family, as family = "mybmw".',
            )
        if self.relay_host is not None and not is_host(self.relay_host):
            raise ConfigError(
                f"relay_host is no address: {self.relay_host.rpartition('@')[2][:80]!r}", hint="Such as 127.0.0.1"
            )
        if not self.relay_prefix or any(letter in self.relay_prefix for letter in "+#\0"):
            raise ConfigError("relay_prefix is no beginning of topics", hint='Such as "bmw/"; without + and #')

    def relay(self, name: str) -> Relay | None:
        """Return the broker to read the account of that name from, None for BMW's own stream.

        ConfigError when the password is not where the setting says.
        """
        if self.relay_host is None:
            return None
        password = self.relay_password
        return Relay(
            host=self.relay_host,
            port=self.relay_port or (TLS_PORT if self.relay_tls else PORT),
            tls=self.relay_tls,
            ca_file=self.relay_ca_file,
            username=self.relay_username,
            password=password and read_secret(password, setting=f"accounts.{name}.relay_password"),
            prefix=f"{self.relay_prefix.rstrip('/')}/",
        )

    def sign_in_details(self, name: str) -> SignInDetails:
        """Return what the table of that name says of the sign-in by password.

        ConfigError when a secret is not where the setting says.
        """

        def secret(setting: str, text: str | None) -> str | None:
            return text and read_secret(text, setting=f"accounts.{name}.{setting}")

        return SignInDetails(
            username=self.username,
            region=self.region,
            country=self.country,
            host=self.host,
            sign_in_host=self.sign_in_host,
            grant=self.grant,
            client_key=secret("client_key", self.client_key),
            client_secret=secret("client_secret", self.client_secret),
            client_id=self.client_id or None,
            redirect_uri=self.redirect_uri,
            subscription_key=secret("subscription_key", self.subscription_key),
            app_version=self.app_version,
            app_build=self.app_build,
            app_user_agent=self.app_user_agent,
            brands=None if self.brands is None else tuple(brand.strip() for brand in self.brands.split(",")),
        )


def check_account_name(name: str) -> None:
    """Raise ConfigError when `name` cannot name an account."""
    letters = name.replace("-", "").replace("_", "")
    if not (letters.isalnum() and name.isascii() and len(name) <= LONGEST_NAME):
        raise ConfigError(
            f"{name[:LONGEST_NAME]!r} cannot name an account",
            hint=f"Use up to {LONGEST_NAME} letters, digits, - and _, for example: home",
        )
