"""The committed descriptions are what the generator makes, and their examples what the emulator answers."""

import json

import pytest
from tools.specs.descriptions import Document
from tools.specs.example_files import EXAMPLES, Example, format_examples, load_examples
from tools.specs.examples import take_examples
from tools.specs.openapi_document import operations_of
from tools.specs.sources import Source, load_sources
from tools.specs.written import MADE_FOLDERS, list_files

from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.specs.reader import FOLDER, read_spec

MAKE_AGAIN = "run: python -m tools.specs"
SOURCES = load_sources()


def test_files_are_made_anew() -> None:
    made = list_files()
    files = {file for folder in MADE_FOLDERS for file in (FOLDER / folder).rglob("*.json")} | {
        FOLDER / path for path in made if (FOLDER / path).is_file()
    }
    committed = {file.relative_to(FOLDER).as_posix(): file.read_text("utf-8") for file in files}
    assert committed.keys() == made.keys(), MAKE_AGAIN
    assert [path for path, text in made.items() if committed[path] != text] == [], MAKE_AGAIN


@pytest.mark.parametrize("name", SOURCES)
def test_answers_are_those_of_the_source(name: str) -> None:
    source = SOURCES[name]
    rows = operations_of(source).values()
    told = {(row.method, row.path, status) for row in rows for status in _statuses_of(source, row)}
    document = Document(name, json.loads(read_spec(f"openapi/{name}")))
    statuses = {
        (described.method, described.path, int(status))
        for described in document.operations
        for status in described.content["responses"]
    }
    assert statuses == told


def _statuses_of(source: Source, row: Operation) -> set[int]:
    refusals = source.refusals_of(row.name, is_signed=row.is_signed).values()
    return {*source.operations[row.name].answers, *(refusal.status for refusal in refusals)}


@pytest.mark.parametrize("name", SOURCES)
async def test_examples_are_what_the_emulator_answers(name: str) -> None:
    committed = (EXAMPLES / f"{name}.json").read_text("utf-8")
    assert format_examples(await take_examples(SOURCES[name])) == committed, (
        f"run: python -m tools.specs.examples {name}"
    )


@pytest.mark.parametrize("name", SOURCES)
def test_examples_fit_what_they_are_examples_of(name: str) -> None:
    document = Document(name, json.loads(read_spec(f"openapi/{name}")))
    rows = operations_of(SOURCES[name])
    examples = {f"{rows[name].method} {rows[name].path}": example for name, example in load_examples(name).items()}
    for described in document.operations:
        example = examples.get(f"{described.method} {described.path}", Example())
        for status, body in example.answers.items():
            if not isinstance(body, str):
                assert described.problem_of(status, "application/json", json.dumps(body).encode()) is None
        for parameter in described.content.get("parameters", ()):
            if "example" in parameter:
                assert document.validator(parameter["schema"]).is_valid(parameter["example"]), parameter
        holders = [described.content.get("requestBody", {}), *described.content["responses"].values()]
        for media in (media for holder in holders for media in document.resolve(holder).get("content", {}).values()):
            for shown in media.get("examples", {}).values():
                assert document.validator(media["schema"]).is_valid(document.resolve(shown)["value"]), shown
