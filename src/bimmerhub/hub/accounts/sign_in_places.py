"""Where each account was signed in: at BMW, or at an emulator. Its tokens, and a kept password, go nowhere else.

Settings and variables that name an emulator come and go between two starts of a hub; an account does not move by that.
A place holds no secret, so it is stored as it is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings

_PREFIX = "signed_in_at."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPlace:
    """The servers of one sign-in: addresses of the interface and of the sign-in, and the only CA trusted, if any.

    `is_bmws` tells whether one of them has BMW's own name; `region` and `country` are what was chosen by.
    """

    api_url: str
    auth_url: str
    is_bmws: bool
    region: str | None = None
    country: str | None = None
    ca_file: str | None = None

    @property
    def is_bmw(self) -> bool:
        """Whether it is BMW itself, as far as can be told: BMW's names, and no CA of an emulator's."""
        return self.is_bmws and self.ca_file is None

    @property
    def shown_name(self) -> str:
        """The name for people: `BMW`, or the host with its port; with the country where there is one."""
        name = "BMW" if self.is_bmw else urlsplit(self.api_url).netloc
        return name if self.country is None else f"{name} ({self.country})"

    def is_at(self, other: "SignInPlace") -> bool:
        """Tell whether both are the same servers; an emulator can bear BMW's names, which its CA tells."""
        mine, others = (
            (place.api_url, place.auth_url, place.country, place.ca_file if place.is_bmws else None)
            for place in (self, other)
        )
        return mine == others


class SignInEndpoints(Protocol):
    """A family's addresses, as far as a sign-in goes by them."""

    @property
    def api_url(self) -> str:
        """The interface."""
        ...

    @property
    def auth_url(self) -> str:
        """The sign-in."""
        ...

    @property
    def are_bmws(self) -> bool:
        """Whether one of them has BMW's own name."""
        ...

    @property
    def ca_file(self) -> Path | None:
        """The only CA that is trusted, None for the system's."""
        ...


def place_of(endpoints: SignInEndpoints, *, region: str | None = None) -> SignInPlace:
    """Return where accounts are signed in that go by these addresses; `region` is what was chosen."""
    return SignInPlace(
        api_url=endpoints.api_url,
        auth_url=endpoints.auth_url,
        is_bmws=endpoints.are_bmws,
        region=region,
        ca_file=None if endpoints.ca_file is None else str(endpoints.ca_file),
    )


class SignInPlaces:
    """The places of the accounts' newest sign-ins, in the store."""

    def __init__(self, settings: StoredSettings) -> None:
        self._settings = settings

    async def places(self) -> dict[str, SignInPlace]:
        """Return every place by the name of its account; one that cannot be read is none."""
        stored = await self._settings.load_settings(_PREFIX)
        places = {name.removeprefix(_PREFIX): _decode(text) for name, text in stored.items()}
        return {name: place for name, place in places.items() if place is not None}

    async def load(self, name: str) -> SignInPlace | None:
        """Return that of the account of that name; None before its first sign-in, or when that was not noted."""
        return (await self.places()).get(name)

    async def save(self, name: str, place: SignInPlace | None) -> None:
        """Replace that of the account of that name; None forgets it."""
        text = None if place is None else msgspec.json.encode(place).decode()
        await self._settings.save_setting(f"{_PREFIX}{name}", text)


def _decode(text: str) -> SignInPlace | None:
    try:
        return msgspec.json.decode(text, type=SignInPlace)
    except NOT_JSON:
        return None
