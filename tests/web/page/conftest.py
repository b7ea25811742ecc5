"""The page's words, as the browser makes them: the served modules, run by one node for all tests."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import open_site

NO_BREAK_SPACE = "\u00a0"
MODULES = (
    "words",
    "arrivals",
    "answers",
    "command-words",
    "older-words",
    "profile-words",
    "backups",
    "trip-words",
    "charge-words",
)
CALLING = """
import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const [module, name, words] = JSON.parse(line);
  try {
    const said = (await import(`./${module}.js`))[name](...words);
    console.log(JSON.stringify({ said: said === undefined ? null : said }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack) }));
  }
}
"""
Say = Callable[..., Any]


@pytest.fixture(scope="session")
def served_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the modules of the page, as a site serves them."""
    folder = tmp_path_factory.mktemp("modules")

    async def fetch() -> None:
        async with open_site(folder) as site:
            for name in MODULES:
                async with site.get(f"/static/{name}.js") as answer:
                    (folder / f"{name}.js").write_bytes(await answer.read())

    asyncio.run(fetch())
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="session")
def say(served_modules: Path) -> Iterator[Say]:
    """A function that calls one of the words of the page, in English and UTC."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    with subprocess.Popen(
        [node, "--input-type=module", "--eval", CALLING],
        cwd=served_modules,
        env={"TZ": "UTC", "LC_ALL": "en_US.UTF-8", "LANG": "en_US.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        words, answers = process.stdin, process.stdout

        def call(function: str, *arguments: object, module: str = "words") -> Any:
            print(json.dumps([module, function, arguments]), file=words, flush=True)
            answer = json.loads(answers.readline().replace(NO_BREAK_SPACE, " "))
            assert "error" not in answer, answer["error"]
            return answer["said"]

        yield call


def signals(**values: object) -> dict[str, dict[str, object]]:
    """Return signals as the API gives them, as far as the words look at them."""
    return {name: {"value": value, "measured_at": "2026-11-28T12:00:00Z"} for name, value in values.items()}
