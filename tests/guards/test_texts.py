"""Nothing that is published names a registry, a developer's machine, a secret or a real vehicle."""

import re
from pathlib import Path

import pytest

import bimmerhub

PROJECT = Path(bimmerhub.__file__).parents[2]
TEXT_SUFFIXES = {
    ".css",
    ".csv",
    ".html",
    ".js",
    ".json",
    ".md",
    ".py",
    ".sql",
    ".svg",
    ".toml",
    ".ts",
    ".txt",
    ".yaml",
    ".yml",
}
FOLDERS = ["src", "docs", "tests", "bench", "examples", "tools", "specs", "changes", ".ci", ".github"]


def published() -> list[Path]:
    inside = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*")]
    texts = [
        path
        for path in [*PROJECT.iterdir(), *inside]
        if path.suffix in TEXT_SUFFIXES or path.name in {"Makefile", "run"}
    ]
    return sorted(path for path in texts if path.is_file() and path != Path(__file__))


PATTERNS = {
    "a package registry's host": r"\b(?:pypi|pythonhosted|npmjs|piwheels|proxy\.golang)\.(?:org|com)|\bcrates\.io",
    "a path of somebody's machine": r"(?<![\w.~}/-])/(?:home|Users|root|work|tmp)/[\w.]|[A-Z]:\\Users",
    "a signed token": r"\beyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+\w{40,}",
    "a password in an address": r"\b[a-z]+://[\w.-]+:[\w.-]{4,}@",
}

FICTITIOUS_IDS = re.compile(
    r"(?:([0-9a-f])\1{7})-(?:([0-9a-f])\2{3})-(?:([0-9a-f])\3{3})-(?:([0-9a-f])\4{3})-(?:([0-9a-f])\5{11})"
)


def lines_with(pattern: str) -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(PROJECT)}:{number}", match[0])
        for path in published()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in re.finditer(pattern, line)
    ]


def test_something_is_published() -> None:
    assert {"errors.py", "pyproject.toml"} <= {path.name for path in published()}


@pytest.mark.parametrize("what", PATTERNS)
def test_nothing_published_holds(what: str) -> None:
    assert lines_with(PATTERNS[what]) == []


def test_every_vin_is_fictitious() -> None:
    vins = lines_with(r"\b(?=[A-Z]{2})(?=\w*\d{4})[A-HJ-NPR-Z0-9]{17}\b")
    assert vins
    assert [vin for vin in vins if re.search(r"(.)\1{4}", vin[1]) is None] == []


def test_every_account_and_client_id_is_fictitious() -> None:
    ids = lines_with(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b")
    assert [identity for identity in ids if FICTITIOUS_IDS.fullmatch(identity[1].lower()) is None] == []
