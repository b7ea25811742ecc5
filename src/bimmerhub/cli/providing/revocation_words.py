"""How the end of a consent is said to a person."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.ids import mask_vin
from bimmerhub.views.account.owners import RevocationAnswer

REASONS: Final[Mapping[str, str]] = {
    "withdrawn": "the owner withdrew",
    "expired": "not renewed for 14 days",
    "lost": "BMW's answer was lost, with the next token",
    "copied": "its token was used already by another copy of these files",
    "container": "its values were withdrawn",
    "car": "the car was withdrawn, unmapped or sold",
    "no_car": "no car is left",
}
"""By the `reason` of a revocation."""


def spell_revocation(revocation: RevocationAnswer) -> str:
    """Return what happened, and what follows from it."""
    car = "" if revocation.vin is None else f" (car {mask_vin(revocation.vin)})"
    if revocation.reason == "copied":
        return f"{REASONS['copied']}. Invite the owner again where you go on."
    return f"{REASONS[revocation.reason]}{car}. Nothing of it is read again."
