from pathlib import Path

import pytest
from tools.changelog import PROJECT, fragments, release

OLD = "# Changelog\n\nWords.\n\n## 0.1.0 (2026-11-01)\n\n- First.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").write_text("How.")
    (tmp_path / "CHANGELOG.md").write_text(OLD)
    return tmp_path


def test_fragments_become_the_newest_release(project: Path) -> None:
    (project / "changes" / "b.added.md").write_text("Two\nlines.\n")
    (project / "changes" / "a.added.md").write_text("One.\n")
    (project / "changes" / "c.fixed.md").write_text("Mended.\n")
    release(project, "0.2.0", "2026-12-01")
    assert (project / "CHANGELOG.md").read_text() == OLD.replace(
        "## 0.1.0",
        "## 0.2.0 (2026-12-01)\n\n### Added\n- One.\n- Two lines.\n\n### Fixed\n- Mended.\n\n## 0.1.0",
    )
    assert [file.name for file in (project / "changes").iterdir()] == ["README.md"]


def test_a_fragment_of_no_kind_stops_the_release(project: Path) -> None:
    (project / "changes" / "a.improved.md").write_text("Better.")
    with pytest.raises(SystemExit, match=r"a\.improved\.md"):
        release(project, "0.2.0", "2026-12-01")
    assert (project / "CHANGELOG.md").read_text() == OLD


def test_nothing_is_no_release(project: Path) -> None:
    with pytest.raises(SystemExit, match="nothing"):
        release(project, "0.2.0", "2026-12-01")


def test_our_own_fragments_have_a_kind_and_say_something() -> None:
    files = [file for files in fragments(PROJECT / "changes").values() for file in files]
    assert [file.name for file in files if not file.read_text("utf-8").strip()] == []
