"""The owners of a service provider: who consented to what and when, what was read, and what was taken back."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.views.cars.history import ReadingAnswer
from bimmerhub.views.fields import Time
from bimmerhub.views.problems import ProblemDetail


class ConsentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner consented to, and when."""

    given_at: Time
    purpose: str
    descriptors: list[str]
    services: Annotated[list[str], msgspec.Meta(description="`api`, `stream` or both, as BMW granted")]


class RevocationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A consent, or the part about one car, ended."""

    gcid: str
    label: str
    seen_at: Annotated[Time, msgspec.Meta(description="when it was seen: BMW sends no notice")]
    reason: Annotated[
        Literal["withdrawn", "expired", "lost", "copied", "container", "car", "no_car"],
        msgspec.Meta(
            description="withdrawn by the owner; expired, not renewed for 14 days; lost, an answer of BMW's with the "
            "next token; copied, the token was used by another copy of the files; container, its values were "
            "withdrawn; car, withdrawn, unmapped or sold; no_car, the last one"
        ),
    ]
    vin: Annotated[str | None, msgspec.Meta(description="the one car, null when the whole consent ended")]


class OwnerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One owner."""

    gcid: str
    label: Annotated[str, msgspec.Meta(description="the provider's own name for the owner")]
    is_active: bool
    consent: ConsentAnswer
    ended: Annotated[RevocationAnswer | None, msgspec.Meta(description="how the newest consent ended; null: it holds")]
    vehicles: Annotated[list[str], msgspec.Meta(description="VINs; empty before the first reading")]
    renewed_at: Annotated[Time | None, msgspec.Meta(description="null once the consent has ended")]
    expires_at: Annotated[Time | None, msgspec.Meta(description="14 days after it was renewed")]


class InvitationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an invitation: the owner, or why there is none."""

    label: str
    owner: OwnerAnswer | None
    error: ProblemDetail | None


class OwnerVehicleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one car."""

    vin: str
    readings: list[ReadingAnswer]


class OwnerReadingEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="reading"):
    """One value of one owner's car, as it came."""

    gcid: str
    label: str
    vin: str
    reading: ReadingAnswer


class OwnerRevocationEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="revocation"):
    """A consent ended: nothing more comes of it."""

    revocation: RevocationAnswer


class OwnerFailureEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="failure"):
    """An owner is not listened to any more, though nothing was taken back."""

    gcid: str
    label: str
    error: ProblemDetail


class OwnerReadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one owner: values, what was found to be taken back, and what kept the rest away."""

    gcid: str
    label: str
    vehicles: list[OwnerVehicleAnswer]
    revocations: list[RevocationAnswer]
    error: ProblemDetail | None
