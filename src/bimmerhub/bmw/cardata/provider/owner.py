"""Owners who let a service provider read their cars: what each consented to and when, and what was taken back.

Times are milliseconds since 1970 UTC.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a provider asks owners for: the purpose in words, and the descriptors that it needs for it, no more."""

    text: str
    descriptors: tuple[Descriptor, ...]

    def __post_init__(self) -> None:
        """Refuse a purpose that nobody could consent to: ConfigError."""
        if not self.text.strip() or not self.descriptors:
            raise ConfigError(
                "an owner consents to a purpose in words, and to descriptors",
                hint="Name both: purpose and descriptors in [provider]. bimmerhub catalogue lists the descriptors.",
            )


class RevocationReason(StrEnum):
    """How a consent ended. BMW does not tell why; it is what the answers and our own record amount to."""

    WITHDRAWN = "withdrawn"
    """BMW ended the session though it was renewed in time: the owner withdrew the consent.

    Or a copy of the record used a dead token, for which BMW ends the session too: the copy then says `COPIED`.
    """
    EXPIRED = "expired"
    """The session was not renewed for 14 days."""
    LOST = "lost"
    """BMW's answer to a renewal was lost, and the next token with it: nobody withdrew, yet it takes a new consent."""
    COPIED = "copied"
    """The record was copied here with its token, which has been used elsewhere since: a copy of it is in use."""
    CONTAINER = "container"
    """The container is refused (CU-105) though nobody deleted it: the owner withdrew its values."""
    CAR = "car"
    """One car is refused (CU-104): withdrawn, unmapped or sold. The others go on."""
    NO_CAR = "no_car"
    """The last car is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What an owner consented to, and when. `services` are those that BMW granted."""

    given_at_ms: int
    purpose: str
    descriptors: tuple[Descriptor, ...]
    services: tuple[CarDataService, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A consent, or the part about one car, ended; `seen_at_ms` is when we saw it, for BMW sends no notice.

    `vin` is None when the whole consent ended.
    """

    gcid: Gcid
    label: str
    seen_at_ms: int
    reason: RevocationReason
    vin: Vin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRecord:
    """All that is kept of one owner, tokens too; what an `OwnerStore` stores.

    `label` is the provider's own name for the owner, such as the number of a job. `consents` and `revocations` are
    oldest first. `vins` are the cars that BMW listed at `listed_at_ms` and has not refused since; `refused_vins` are
    not asked for again under this consent. `tokens` is None once the consent has ended: nothing can be read then.
    """

    gcid: Gcid
    label: str
    consents: tuple[Consent, ...]
    revocations: tuple[Revocation, ...] = ()
    vins: tuple[Vin, ...] = ()
    refused_vins: frozenset[Vin] = frozenset()
    listed_at_ms: int | None = None
    container_ids: tuple[str, ...] = ()
    tokens: TokenSet | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse an owner who never consented: ValueError."""
        if not self.consents:
            raise ValueError("an owner without a consent")

    @property
    def consent(self) -> Consent:
        """The newest consent, which may have ended."""
        return self.consents[-1]

    @property
    def is_active(self) -> bool:
        """Whether the consent holds, as far as we know."""
        return self.tokens is not None

    @property
    def ended(self) -> Revocation | None:
        """How the newest consent ended, None while it holds."""
        if self.is_active:
            return None
        return next((one for one in reversed(self.revocations) if one.vin is None), None)


def with_consent(earlier: OwnerRecord | None, fresh: OwnerRecord) -> OwnerRecord:
    """Return the record of an owner who consents, with what was before; the same as before once it is in there."""
    if earlier is None:
        return fresh
    if fresh.consent in earlier.consents:
        return earlier
    return replace(fresh, consents=(*earlier.consents, *fresh.consents), revocations=earlier.revocations)
