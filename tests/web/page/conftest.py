"""The page's words, as the browser makes them: the served module, run by node."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Site

NO_BREAK_SPACE = "\u00a0"
Say = Callable[..., Any]


@pytest.fixture
async def say(site: "Site", tmp_path: Path) -> Say:
    """Return a function that calls one of the words of the page, in English and UTC."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    for name in (
        "words.js",
        "arrivals.js",
        "answers.js",
        "command-words.js",
        "older-words.js",
        "profile-words.js",
        "backups.js",
    ):
        async with site.get(f"/static/{name}") as answer:
            (tmp_path / name).write_bytes(await answer.read())
    (tmp_path / "package.json").write_text('{"type": "module"}')

    def call(function: str, *arguments: object, module: str = "words") -> Any:
        words = ", ".join(json.dumps(argument) for argument in arguments)
        program = f"import * as words from './{module}.js'; console.log(JSON.stringify(words.{function}({words})))"
        run = subprocess.run(
            [node, "--input-type=module", "--eval", program],
            cwd=tmp_path,
            env={"TZ": "UTC", "LC_ALL": "en_US.UTF-8", "LANG": "en_US.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return json.loads(run.stdout.replace(NO_BREAK_SPACE, " "))

    return call


def signals(**values: object) -> dict[str, dict[str, object]]:
    """Return signals as the API gives them, as far as the words look at them."""
    return {name: {"value": value, "measured_at": "2026-11-28T12:00:00Z"} for name, value in values.items()}
