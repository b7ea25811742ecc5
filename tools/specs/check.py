"""Hold what the emulator answers about every model against a description: python -m tools.specs.check NAME.

It prints what does not fit, and the members described that no answer has: may be right, if the facts have them.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from bimmerhub.emulator.cars.models.car_models import MODELS
from tools.specs.descriptions import problem_of
from tools.specs.openapi_document import operations_of
from tools.specs.sources import load_sources
from tools.specs.tour import Tour, take_tour


def problems_of(tour: Tour) -> dict[str, None]:
    """Return what of a tour's answers no description has, each once."""
    exchanges = [*tour.besides, *(exchange for _, exchange in tour.answered)]
    return dict.fromkeys(problem for exchange in exchanges if (problem := problem_of(exchange)) is not None)


def members_in(body: object) -> Iterator[str]:
    """Yield the names of members anywhere in a JSON."""
    if isinstance(body, dict):
        yield from body
        body = list(body.values())
    if isinstance(body, list):
        for part in body:
            yield from members_in(part)


def members_described(schema: object) -> Iterator[str]:
    """Yield the names of the properties anywhere in a schema."""
    if isinstance(schema, Mapping):
        for name, part in schema.items():
            if name == "properties" and isinstance(part, Mapping):
                yield from (member.removesuffix("?") for member in part)
            yield from members_described(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from members_described(part)


async def _main(name: str) -> None:
    source = load_sources()[name]
    tour = await take_tour(source.family, operations_of(source).values(), models=tuple(MODELS), every_car=True)
    for problem in problems_of(tour):
        print(problem)
    answered = set[str]()
    for exchange in [*tour.besides, *(exchange for _, exchange in tour.answered)]:
        if exchange.media_type.endswith("json") and exchange.response_body:
            body: Any = json.loads(exchange.response_body)
            answered |= set(members_in(body))
    missing = sorted(set(members_described(source.schemas)) - answered)
    print(f"{len(tour.answered)} answers. Described and never answered: {', '.join(missing) or 'nothing'}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
