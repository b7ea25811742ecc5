"""Check the descriptions with programs that others wrote for that: python -m tools.specs.npm_checks.

Spectral goes by our own rules over every OpenAPI file, and AsyncAPI's own parser reads every AsyncAPI file. A package
that cannot be had is named, and is no failure.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from bimmerhub.specs.reader import FOLDER
from tools.npm_packages import Package

SPECTRAL: Final = Package(name="@stoplight/spectral-cli", release="6.16.3")
PARSER: Final = Package(name="@asyncapi/parser", release="3.6.6")
_READ_ALL: Final = Path(__file__).with_name("read_asyncapi.cjs")
_MISSING: Final = "cannot be had from its registry, not run"


def lint() -> bool:
    """Run Spectral; return whether it has nothing to say, hints included."""
    modules = SPECTRAL.install()
    if modules is None:
        print(f"{SPECTRAL}: {_MISSING}")
        return True
    files = sorted((FOLDER / "openapi").glob("*.json")) + sorted((FOLDER / "asyncapi").glob("*.json"))
    line = [str(modules / ".bin" / "spectral"), "lint", "--ruleset", str(FOLDER / "spectral.yaml")]
    return _run(str(SPECTRAL), [*line, "--fail-severity", "hint", *map(str, files)])


def parse() -> bool:
    """Run AsyncAPI's parser over all its files; return whether it takes them without an error or a warning."""
    modules = PARSER.install()
    if modules is None:
        print(f"{PARSER}: {_MISSING}")
        return True
    files = sorted((FOLDER / "asyncapi").glob("*.json"))
    return _run(str(PARSER), ["node", str(_READ_ALL), str(modules / PARSER.name), *map(str, files)])


def _run(name: str, line: list[str]) -> bool:
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    print(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'}")
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(not all([lint(), parse()]))
