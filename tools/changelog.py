"""Move the fragments of `changes/` into a release of CHANGELOG.md: python -m tools.changelog VERSION [DATE].

A fragment is `SLUG.added.md`, `SLUG.changed.md`, `SLUG.fixed.md` or `SLUG.removed.md` and becomes one bullet. DATE is
today (UTC) unless given. The fragments are deleted: commit the result.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

KINDS = ("added", "changed", "fixed", "removed")
PROJECT = Path(__file__).parents[1]


def fragments(folder: Path) -> dict[str, list[Path]]:
    """Return the fragments by kind, each kind in the order of names; SystemExit for a name of another form."""
    by_kind: dict[str, list[Path]] = {kind: [] for kind in KINDS}
    for file in sorted(folder.glob("*.md")):
        if file.name == "README.md":
            continue
        parts = file.name.split(".")
        if len(parts) != 3 or parts[1] not in KINDS:  # noqa: PLR2004 - slug, kind, md
            raise SystemExit(f"{file} is no fragment: name it SLUG.{'|'.join(KINDS)}.md")
        by_kind[parts[1]].append(file)
    return by_kind


def render(version: str, date: str, by_kind: dict[str, list[Path]]) -> str:
    """Return the section of a release."""
    lines = [f"## {version} ({date})", ""]
    for kind, files in by_kind.items():
        if files:
            bullets = [f"- {' '.join(file.read_text('utf-8').split())}" for file in files]
            lines += [f"### {kind.capitalize()}", *bullets, ""]
    return "\n".join(lines)


def release(project: Path, version: str, date: str) -> None:
    """Write the section above those of earlier releases and delete the fragments; SystemExit when there are none."""
    by_kind = fragments(project / "changes")
    if not any(by_kind.values()):
        raise SystemExit("There is nothing to release: changes/ has no fragments.")
    changelog = project / "CHANGELOG.md"
    text = changelog.read_text("utf-8")
    newest = re.search(r"^## ", text, re.MULTILINE)
    at = len(text) if newest is None else newest.start()
    changelog.write_text(f"{text[:at]}{render(version, date, by_kind)}\n{text[at:]}".rstrip() + "\n", "utf-8")
    for files in by_kind.values():
        for file in files:
            file.unlink()


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3 or not re.fullmatch(r"\d+(\.\d+)+", sys.argv[1]):  # noqa: PLR2004 - and a date
        raise SystemExit(__doc__)
    release(PROJECT, sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else datetime.now(UTC).date().isoformat())  # noqa: PLR2004
