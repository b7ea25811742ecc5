"""What an account of an older family signs in with besides its password: the app's key, the region, the host, the name.

Each comes from the table `[accounts.NAME]`, or from the newest sign-in, which is kept sealed; the table wins. Nothing
of BMW's is shipped: the app's key and ids are the person's own settings.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from bimmerhub.bmw.connecteddrive.endpoints import is_bmws_host
from bimmerhub.domain.hosts import is_loopback
from bimmerhub.errors import ConfigError, SignInRequired, StoreError
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings

if TYPE_CHECKING:
    from bimmerhub.hub.process.secrets import Sealer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDetails:
    """Whose sign-in it is, where, and as which app; None is not named.

    `region` is `row`, `na` or `cn`; `host` and `sign_in_host` are addresses that win over the region's. `grant` is
    `password` (with `client_key` and `client_secret`) or `implicit` (with `client_id` and `redirect_uri`). `country` is
    whose portal is meant, and `ca_file` the only CA to trust, which an earlier sign-in knew. `subscription_key` and
    what begins with `app_` are what the MyBMW app tells of itself; `brands` are those whose cars are asked for.
    `session_id`, made at `session_since_ms` (milliseconds UTC), and `device_id` are what the hub calls itself there.
    """

    username: str | None = None
    region: str | None = None
    country: str | None = None
    host: str | None = None
    sign_in_host: str | None = None
    grant: str | None = None
    client_key: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    client_id: str | None = None
    redirect_uri: str | None = None
    ca_file: str | None = None
    subscription_key: str | None = field(default=None, repr=False)
    app_version: str | None = None
    app_build: str | None = None
    app_user_agent: str | None = None
    brands: tuple[str, ...] | None = None
    session_id: str | None = None
    session_since_ms: int | None = None
    device_id: str | None = None

    def over(self, other: "SignInDetails") -> "SignInDetails":
        """Return these details, with what they do not name from `other`."""
        merged = {
            detail.name: mine if (mine := getattr(self, detail.name)) is not None else getattr(other, detail.name)
            for detail in fields(self)
        }
        return SignInDetails(**merged)

    def at(self, place: SignInPlace) -> "SignInDetails":
        """Return these details with all that leads to the servers of an earlier sign-in."""
        return replace(
            self,
            region=place.region,
            country=place.country,
            host=place.api_url,
            sign_in_host=place.auth_url,
            ca_file=place.ca_file or "",
        )

    def leads_to(self, places: Iterable[str | None]) -> bool:
        """Tell whether the hosts that these details name, if any, are BMW's, this machine's, or one of the places."""
        trusted = {host_of(place) for place in places if place}
        named = [host_of(place) for place in (self.host, self.sign_in_host) if place]
        return all(is_loopback(host) or is_bmws_host(host) or host in trusted for host in named)

    def without_secrets(self) -> "SignInDetails":
        """Return these details without what an app proves itself with."""
        return replace(self, client_key=None, client_secret=None, subscription_key=None)

    @property
    def names_place(self) -> bool:
        """Whether they say where to sign in."""
        return any(word is not None for word in (self.region, self.country, self.host, self.sign_in_host))

    @property
    def user(self) -> str:
        """The name at BMW, without blanks around it; ConfigError when there is none."""
        if self.username is None or not self.username.strip():
            raise ConfigError(
                "the name that you sign in at BMW with is needed",
                hint="An e-mail address, in China a phone number: --user NAME, or username in the account's settings.",
            )
        return self.username.strip()


def host_of(address: str) -> str:
    """Return the host of an address, or of a host with or without a port; "" when it is none."""
    try:
        return urlsplit(to_url(address)).hostname or ""
    except ValueError:
        return ""


def to_url(host: str | None) -> str:
    """Return a host as an address, "" for none; one without a scheme is reached by TLS."""
    return "" if not host else host if "://" in host else f"https://{host}"


class SealedDetails:
    """The details of each account's newest sign-in, in the store; never in a backup."""

    def __init__(self, settings: StoredSettings, sealer: "Sealer") -> None:
        self._settings = settings
        self._sealer = sealer

    async def load(self, name: str) -> SignInDetails:
        """Return those of the account of that name, empty ones when there are none.

        SignInRequired when they do not fit the secret key.
        """
        text = (await self._settings.load_settings(_key(name))).get(_key(name))
        if text is None:
            return SignInDetails()
        try:
            return msgspec.json.decode(self._sealer.unseal(text.encode()), type=SignInDetails)
        except StoreError as error:
            raise SignInRequired(
                f"what {name} signs in with, and a remembered password, cannot be read: {error}",
                hint=f"{self._sealer.way_back} Or sign in again, and name all of it: user, region, the app's key.",
            ) from error
        except NOT_JSON as error:
            raise StoreError(f"the sign-in details of {name} cannot be read", hint="Sign in again.") from error

    async def recall(self, name: str) -> SignInDetails:
        """Return as `load` for a new sign-in, which those that cannot be read are no part of."""
        try:
            return await self.load(name)
        except SignInRequired as error:
            _log.warning("%s", error)
            return SignInDetails()

    async def save(self, name: str, details: SignInDetails | None) -> None:
        """Replace those of the account of that name; None forgets them."""
        sealed = None if details is None else self._sealer.seal(msgspec.json.encode(details)).decode()
        await self._settings.save_setting(_key(name), sealed, is_secret=True)


def _key(name: str) -> str:
    return f"sign_in_details.{name}"
