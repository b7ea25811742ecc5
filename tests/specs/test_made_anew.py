"""The committed descriptions are what the generator makes, and their examples what the emulator answers."""

import json

import pytest
from tools.specs.descriptions import Document
from tools.specs.examples import EXAMPLES, format_examples, load_examples, take_examples
from tools.specs.openapi_document import operations_of
from tools.specs.sources import load_sources
from tools.specs.written import MADE_FOLDERS, list_files

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
async def test_examples_are_what_the_emulator_answers(name: str) -> None:
    committed = (EXAMPLES / f"{name}.json").read_text("utf-8")
    assert format_examples(await take_examples(SOURCES[name])) == committed, (
        f"run: python -m tools.specs.examples {name}"
    )


@pytest.mark.parametrize("name", SOURCES)
def test_examples_fit_what_they_are_examples_of(name: str) -> None:
    document = Document(name, json.loads(read_spec(f"openapi/{name}")))
    rows = operations_of(SOURCES[name])
    answers = {
        f"{rows[operation].method} {rows[operation].path}": row for operation, row in load_examples(name).items()
    }
    for described in document.operations:
        for status, body in answers.get(f"{described.method} {described.path}", {}).items():
            if not isinstance(body, str):
                assert described.problem_of(status, "application/json", json.dumps(body).encode()) is None
        for response in described.content["responses"].values():
            for media in document.resolve(response).get("content", {}).values():
                validator = document.validator(media["schema"])
                for example in media.get("examples", {}).values():
                    assert validator.is_valid(document.resolve(example)["value"]), example
