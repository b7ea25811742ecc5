"""The variables of a collection: those of its description, BMW's hosts, and those that answers and scripts set."""

from collections.abc import Iterator

from tools.http_collections.description import Collection, Variable
from tools.http_collections.families import MADE_FRESH, Server
from tools.http_collections.requests import folders_of, servers_of, variables_in

NEW_SIGN_IN: tuple[str, ...] = ("codeVerifier", "codeChallenge", "state", "nonce", "interactionId")


def variables_of(collection: Collection) -> tuple[Variable, ...]:
    """Return what a person sets, then the hosts; ValueError for a variable that a request uses and nothing sets."""
    hosts = tuple(variable for server in servers_of(collection) for variable in _hosts(server))
    calls = [call for folder in folders_of(collection) for call in folder.calls]
    taken = {take.variable for call in calls for take in call.wants.takes}
    addresses = {server.variable for server in servers_of(collection)} | {host.name for host in hosts}
    set_by_others = {*MADE_FRESH, *NEW_SIGN_IN, *taken, *addresses}
    used = {name for call in calls for name in variables_in(call)}
    if unset := used - set_by_others - {variable.name for variable in collection.variables}:
        raise ValueError(f"{collection.name}: nothing sets {', '.join(sorted(unset))}")
    return (*collection.variables, *hosts)


def _hosts(server: Server) -> Iterator[Variable]:
    for choice, host in server.hosts.items():
        yield Variable(name=f"{server.variable}_{choice}", value=host, about="BMW's server.")
