"""The curl lines of the how-to pages work as they are printed, one after the other, and answer what the page shows."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from tests.emulated import emulator_settings

import bimmerhub
from bimmerhub.emulator.app import Emulator

HOW_TO = Path(bimmerhub.__file__).parents[2] / "docs" / "how-to"
GETTING_STARTED = Path(bimmerhub.__file__).parent / "specs" / "guide" / "getting-started.md"
ADDRESS = "http://127.0.0.1:8090"
STEP = "-- step --"
Steps = list[tuple[str, str]]


def steps_of(page: str) -> Steps:
    """Return the lines that a person types, and what the page shows as their output, in the page's order."""
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    typed = [step.partition("\n") for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [_with_continuation(line, output) for line, _, output in typed]


def _with_continuation(line: str, output: str) -> tuple[str, str]:
    while line.endswith("\\"):
        more, _, output = output.partition("\n")
        line += "\n" + more
    return line, output


def matches(shown: str, printed: str) -> bool:
    """Whether what was printed is what the page shows, which leaves out at each "…"."""
    parts = [re.escape(part.strip()) for part in shown.strip().split("…")]
    return re.fullmatch(".*".join(parts), printed.strip(), re.DOTALL) is not None


async def run_in_shell(script: str, folder: Path) -> str:
    """Return what a script printed, that stops at the first line that fails."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    printed, complaints = await process.communicate()
    assert process.returncode == 0, (complaints.decode(), printed.decode()[-500:])
    return printed.decode()


def wrong_answers(steps: Steps, printed: str) -> list[tuple[str, str]]:
    outputs = printed.split(STEP)
    pairs = zip(steps, outputs, strict=True)
    return [(line, output[:200]) for (line, shown), output in pairs if not matches(shown, output)]


@pytest.mark.parametrize("page", ["iremote.md", "connecteddrive.md", "mybmw-by-hand.md"])
async def test_curl_lines_answer_as_the_page_shows(page: str, tmp_path: Path) -> None:
    [(begin, _), *steps] = steps_of((HOW_TO / page).read_text("utf-8"))
    assert begin == "bimmerhub emulator"
    assert len(steps) > 15
    settings = emulator_settings(http_port=0, mqtt_port=0, speed=20.0)
    async with Emulator(settings) as emulator:
        lines = [line.replace(ADDRESS, emulator.info.base_url).replace("sleep 6", "sleep 0.5") for line, _ in steps]
        printed = await run_in_shell(f"\nprintf '%s' '{STEP}'\n".join(lines), tmp_path)
    assert wrong_answers(steps, printed) == []


async def test_the_way_to_a_first_value_goes_as_it_is_shown(tmp_path: Path) -> None:
    [(begin, _), *steps] = steps_of(GETTING_STARTED.read_text("utf-8"))
    assert begin == "bimmerhub emulator"
    async with Emulator(emulator_settings(http_port=0, mqtt_port=0)) as emulator:
        lines = [line.replace(ADDRESS, emulator.info.base_url).replace("sleep 6", "sleep 0.5") for line, _ in steps]
        shown = [(line, output.replace(ADDRESS, emulator.info.base_url)) for line, output in steps]
        printed = await run_in_shell(f"\nprintf '%s' '{STEP}'\n".join(lines), tmp_path)
    assert wrong_answers(shown, printed) == []


async def test_curl_reaches_the_emulator_under_bmws_names(tmp_path: Path) -> None:
    """Where the page's names and port lead is said by curl's own file, in place of hosts file and port 443."""
    steps = [step for step in steps_of((HOW_TO / "old-programs.md").read_text("utf-8")) if is_for_curl(step[0])]
    assert len(steps) == 4
    async with Emulator(emulator_settings(http_port=0, mqtt_port=0, as_bmw=True)) as emulator:
        port = (emulator.info.https_url or "").rpartition(":")[2]
        (tmp_path / ".curlrc").write_text(f'connect-to = "::127.0.0.1:{port}"\n')
        lines = [line.replace("CA_FILE", emulator.info.ca_file) for line, _ in steps]
        printed = await run_in_shell(f"\nprintf '%s' '{STEP}'\n".join(lines), tmp_path)
    assert wrong_answers(steps, printed) == []


def is_for_curl(line: str) -> bool:
    return line.startswith(("curl ", "export CURL_CA_BUNDLE"))
