"""Query parameters that a route does not have are refused: a mistyped one would otherwise be ignored in silence."""

import difflib
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from bimmerhub.errors import ConfigError

SHOWN_CHARACTERS = 40


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise ConfigError for the first query parameter that the request's route does not have; it names the nearest."""
    given = request.query_params.keys()
    route = request.scope.get("route")
    if not given or not isinstance(route, APIRoute):
        return
    accepted = sorted(set(_query_names(route.dependant)))
    for name in given:
        if name not in accepted:
            raise ConfigError(f"there is no parameter {name[:SHOWN_CHARACTERS]!r} here", hint=_hint(name, accepted))


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _query_names(dependency)


def _hint(name: str, accepted: list[str]) -> str:
    if not accepted:
        return "This address takes none."
    nearest = difflib.get_close_matches(name.lower(), accepted, n=1)
    guess = f"Did you mean {nearest[0]}? " if nearest else ""
    return f"{guess}Known: {', '.join(accepted)}."
