"""Takes the examples of the descriptions: what the emulator is asked and answers.

`python -m tools.specs.examples [NAME ...]` takes them anew. A test fails when the emulator answers otherwise.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.emulator.host.door import Exchange
from tools.specs.example_files import EXAMPLES, Example, format_examples
from tools.specs.openapi_document import list_hosts, main_server, operations_of, served_operations
from tools.specs.sources import Source, load_sources
from tools.specs.tour import Tour, take_tour

FIRST_REFUSAL: Final = 400


async def take_examples(source: Source) -> dict[str, Example]:
    """Return what an emulator is asked and answers, by operation, with what is new each time put in order."""
    operations = served_operations(source)
    values = {name: described.values for name, described in source.operations.items()}
    tour = await take_tour(source.family, operations_of(source).values(), values=values)
    host = list_hosts(source, main_server(source))[0]["url"]
    examples: dict[str, Example] = {}
    for name, exchange in answers_of(tour, operations):
        is_described = exchange.status in source.operations[name].answers
        if name not in examples and is_described and exchange.status < FIRST_REFUSAL:
            example = _make_example(operations[name], exchange, base_url=tour.base_url, shown_url=host)
            described = source.operations[name]
            if not described.has_example or not source.has_shape(described.answers[exchange.status]):
                example["answers"] = {}  # what the emulator answers there is invented
            new_each_time = {**source.new_each_time, **source.operations[name].new_each_time}
            examples[name] = Example(**_in_order(example, new_each_time))
    return {name: examples[name] for name in operations if name in examples}


def answers_of(tour: Tour, operations: Mapping[str, Operation]) -> Iterator[tuple[str, Exchange]]:
    """Yield each answer with its operation; the steps of signing in are known by method, path and members."""
    yield from tour.answered
    for exchange in tour.besides:
        for name, row in operations.items():
            if _is_of(row, exchange):
                yield name, exchange
                break


def _is_of(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether a request is one of an operation: of two at one path, needed members and defaults decide."""
    if operation.method != exchange.method or _match(operation.path, exchange.path) is None:
        return False
    if operation.body != "form":
        return True
    form = dict(parse_qsl(exchange.request_body.decode()))
    fixed = {param.key: param.default for param in operation.params if param.default and "{" not in param.default}
    needed = {param.key for param in operation.params if param.is_required and param.place == "body"}
    return needed <= form.keys() and all(form.get(key, default) == default for key, default in fixed.items())


def _make_example(operation: Operation, exchange: Exchange, *, base_url: str, shown_url: str) -> dict[str, Any]:
    answer = _answer(exchange, base_url=base_url, shown_url=shown_url)
    return {
        "path": _match(operation.path, exchange.path) or {},
        "query": dict(parse_qsl(exchange.query)),
        "header": {
            param.key: exchange.headers[param.key]
            for param in operation.params
            if param.place == "header" and param.key in exchange.headers
        },
        "body": _sent(operation, exchange),
        "answers": {} if answer is None else {exchange.status: answer},
    }


def _match(template: str, path: str) -> dict[str, str] | None:
    """Return the parameters of a path whose template holds their names in braces; None for another path."""
    names = re.findall(r"\{([^}]*)\}", template)
    parts = re.split(r"\{[^}]*\}", template)
    found = re.fullmatch("([^/]+)".join(re.escape(part) for part in parts), path)
    return None if found is None else dict(zip(names, found.groups(), strict=True))


def _sent(operation: Operation, exchange: Exchange) -> Any:  # noqa: ANN401 - any JSON
    """Return the body of a request as it is described; None without one."""
    if operation.body == "form":
        return dict(parse_qsl(exchange.request_body.decode()))
    return json.loads(exchange.request_body) if operation.body == "json" and exchange.request_body else None


def _answer(exchange: Exchange, *, base_url: str, shown_url: str) -> Any:  # noqa: ANN401 - any JSON
    """Return an answer's JSON, or its text; None for bytes, and for none."""
    text = exchange.response_body
    if exchange.media_type.endswith("json") and text:
        return json.loads(text.replace(base_url.encode(), shown_url.encode()))
    return text.decode() if exchange.media_type.endswith("xml") else None


def _in_order(body: Any, new_each_time: Mapping[str, str | int]) -> Any:  # noqa: ANN401 - any JSON
    """Return a body with the members that are new each time as the source shows them."""
    if isinstance(body, list):
        return [_in_order(part, new_each_time) for part in body]
    if not isinstance(body, dict):
        return body
    shown = {name: new for name, new in new_each_time.items() if isinstance(body.get(name), type(new))}
    return {name: shown[name] if name in shown else _in_order(part, new_each_time) for name, part in body.items()}


def _differing(one: object, other: object, name: str = "") -> Iterator[str]:
    """Yield the names of members that differ between two takings."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for member in one:
            yield from _differing(one[member], other[member], member)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from _differing(first, second, name)
    elif one != other:
        yield name


def _write(names: list[str]) -> None:
    for name, source in load_sources().items():
        if not names or name in names:
            examples, again = asyncio.run(take_examples(source)), asyncio.run(take_examples(source))
            EXAMPLES.mkdir(exist_ok=True)
            (EXAMPLES / f"{name}.json").write_text(format_examples(examples), "utf-8")
            missing = [operation for operation in source.operations if operation not in examples]
            print(f"{name}: {len(examples)} examples" + f"; none of {', '.join(missing)}" * bool(missing))
            if differing := dict.fromkeys(_differing(msgspec.to_builtins(examples), msgspec.to_builtins(again))):
                print(f"new each time, to be named in new_each_time: {', '.join(differing)}")


if __name__ == "__main__":
    _write(sys.argv[1:])
