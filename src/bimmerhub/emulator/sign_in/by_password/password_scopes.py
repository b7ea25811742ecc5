"""The scopes of the sign-in by password: which there are, and which open the older services."""

from collections.abc import Collection

from bimmerhub.emulator.sign_in.by_password.denials import invalid_scope

WITHOUT_SCOPE = "journey_mate"
"""What a sign-in without scope gets; every service refuses it (reported by users of the i Remote API)."""
OPENING_SCOPES = frozenset({"vehicle_data", "remote_services", "fupo"})
"""One of them opens the older services."""
_KNOWN_SCOPES = OPENING_SCOPES | {
    "authenticate_user",
    "openid",
    "profile",
    "email",
    "offline_access",
    "smacc",
    "perseus",
    "dlm",
    "svds",
    "cesim",
    "vsapi",
    WITHOUT_SCOPE,
}


def choose_scopes(asked: str) -> tuple[str, ...]:
    """Return the scopes that are given; PasswordDenial for one that does not exist."""
    scopes = asked.split() or [WITHOUT_SCOPE]
    if not _KNOWN_SCOPES.issuperset(scopes):
        raise invalid_scope()
    return tuple(sorted(scopes, reverse=True))  # the order may differ from the request's


def opens_services(scopes: Collection[str]) -> bool:
    """Tell whether a token with these scopes opens the older services."""
    return not OPENING_SCOPES.isdisjoint(scopes)
