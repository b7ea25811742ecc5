"""The examples of the descriptions: answers of the emulator, kept in `source/examples/NAME.json`.

`python -m tools.specs.examples [NAME ...]` takes them anew. A test fails when the emulator answers otherwise.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bimmerhub.bmw.operation import Operation
from bimmerhub.emulator.host.door import Exchange
from tools.json_text import format_json
from tools.specs.openapi_document import list_hosts, main_server, operations_of
from tools.specs.sources import FOLDER, Source, load_sources
from tools.specs.tour import Tour, take_tour

EXAMPLES: Final = FOLDER / "examples"
_FIRST_REFUSAL: Final = 400
Answers = Mapping[str, Mapping[int, Any]]
"""Bodies by operation and status."""


def load_examples(name: str) -> Answers:
    """Return the answers that a description shows; none when they were never taken."""
    file = EXAMPLES / f"{name}.json"
    if not file.exists():
        return {}
    stored = json.loads(file.read_text("utf-8"))
    return {operation: {int(status): body for status, body in answers.items()} for operation, answers in stored.items()}


async def take_examples(source: Source) -> dict[str, dict[int, Any]]:
    """Return what an emulator answers to every operation of a source, with what is new each time put in order."""
    operations = operations_of(source)
    values = {name: described.values for name, described in source.operations.items()}
    tour = await take_tour(source.family, operations.values(), values=values)
    answers: dict[str, dict[int, Any]] = {}
    for name, exchange in _answers(tour, operations):
        if exchange.status < _FIRST_REFUSAL and exchange.status in source.operations[name].answers:
            body = _body(exchange, base_url=tour.base_url, shown_url=_host(source))
            if body is not None:
                answers.setdefault(name, {}).setdefault(exchange.status, _in_order(body, source.new_each_time))
    return {name: answers[name] for name in operations if name in answers}


def format_examples(answers: Answers) -> str:
    """Return the text of a file of examples."""
    return (
        format_json({name: {str(status): body for status, body in row.items()} for name, row in answers.items()}) + "\n"
    )


def _answers(tour: Tour, operations: Mapping[str, Operation]) -> Iterator[tuple[str, Exchange]]:
    """Yield each answer with its operation; the steps of signing in are told by method and path."""
    yield from tour.answered
    for exchange in tour.besides:
        for name, row in operations.items():
            if row.method == exchange.method and path_pattern(row.path).fullmatch(exchange.path):
                yield name, exchange
                break


def path_pattern(path: str) -> re.Pattern[str]:
    """Return what the paths of requests match that a path with parameters in braces stands for."""
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _body(exchange: Exchange, *, base_url: str, shown_url: str) -> Any:  # noqa: ANN401 - any JSON
    """Return an answer's JSON, or its text; None for bytes, and for none."""
    text = exchange.response_body
    if exchange.media_type.endswith("json") and text:
        return json.loads(text.replace(base_url.encode(), shown_url.encode()))
    return text.decode() if exchange.media_type.endswith("xml") else None


def _host(source: Source) -> str:
    """Return the first host of the interface, which examples show in place of the emulator's."""
    return list_hosts(source, main_server(source))[0]["url"]


def _in_order(body: Any, new_each_time: Mapping[str, str | int]) -> Any:  # noqa: ANN401 - any JSON
    """Return a body with the members that are new each time as the source shows them."""
    if isinstance(body, list):
        return [_in_order(part, new_each_time) for part in body]
    if not isinstance(body, dict):
        return body
    shown = {
        name: new_each_time[name] for name, part in body.items() if name in new_each_time and isinstance(part, str)
    }
    return {name: shown[name] if name in shown else _in_order(part, new_each_time) for name, part in body.items()}


def _write(names: list[str]) -> None:
    for name, source in load_sources().items():
        if not names or name in names:
            answers = asyncio.run(take_examples(source))
            EXAMPLES.mkdir(exist_ok=True)
            (EXAMPLES / f"{name}.json").write_text(format_examples(answers), "utf-8")
            missing = [operation for operation in source.operations if operation not in answers]
            print(f"{name}: {len(answers)} examples" + f"; none of {', '.join(missing)}" * bool(missing))


if __name__ == "__main__":
    _write(sys.argv[1:])
