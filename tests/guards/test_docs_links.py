"""Every link of a page leads to a file that is there, and to a heading that it has."""

import re
from pathlib import Path

import pytest

import bimmerhub

PROJECT = Path(bimmerhub.__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
SHELVES = {"tutorial", "how-to", "reference", "explanation", "images"}


def pages() -> list[Path]:
    return sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "examples").rglob("*.md")])


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    links = LINK.findall(CODE.sub("", page.read_text("utf-8")))
    return [link for link in links if not re.match(r"[a-z]+:", link) and not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors_of(target))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](#one-thing) [b](#other) [c](gone.md) [d](https://example.com) `[e](gone.md)`")
    assert broken_links(page) == ["#other", "gone.md"]


def test_pages_stand_on_a_shelf() -> None:
    assert {folder.name for folder in (PROJECT / "docs").iterdir() if folder.is_dir()} <= SHELVES


def test_the_readme_leads_to_every_page() -> None:
    linked = {
        (PROJECT / link.partition("#")[0]).resolve()
        for link in LINK.findall((PROJECT / "README.md").read_text("utf-8"))
    }
    unlinked = [page for page in (PROJECT / "docs").rglob("*.md") if page.resolve() not in linked]
    assert unlinked == []
