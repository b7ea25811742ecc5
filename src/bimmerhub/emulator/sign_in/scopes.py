"""The scopes of a sign-in: which service of the portal gives which one."""

from collections.abc import Collection, Mapping

from bimmerhub.emulator.owners.emulated_accounts import Service

API_SCOPE = "cardata:api:read"
STREAM_SCOPE = "cardata:streaming:read"
SCOPE_OF: Mapping[Service, str] = {Service.API: API_SCOPE, Service.STREAM: STREAM_SCOPE}
KNOWN_SCOPES = frozenset({"authenticate_user", "openid", *SCOPE_OF.values()})
"""Every scope that there is."""


def choose_scopes(asked: str | None, services: Collection[Service]) -> tuple[str, ...]:
    """Return the scopes that are both asked for and there.

    Without `scope` the swagger promises all; in reality the API scope is then missing (observed by clients 2026).
    """
    there = ["authenticate_user", "openid", *(scope for service, scope in SCOPE_OF.items() if service in services)]
    if asked is None:
        return tuple(scope for scope in there if scope != API_SCOPE)
    return tuple(scope for scope in there if scope in asked.split())


def list_missing_scopes(services: Collection[Service]) -> frozenset[str]:
    """Return the scopes of the services that a client is not subscribed to."""
    return frozenset(scope for service, scope in SCOPE_OF.items() if service not in services)
