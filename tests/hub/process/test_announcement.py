"""Running hubs are found by their announcements in the runtime directory."""

import stat
from pathlib import Path

import platformdirs
import pytest

from bimmerhub.hub.process.announcement import announced, load_announcements
from bimmerhub.hub.process.directory import announce, own

ADDRESS = "http://127.0.0.1:1"


@pytest.fixture
def runtime_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    above = tmp_path / "runtime"
    above.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(above))
    return above / "bimmerhub"


@pytest.mark.usefixtures("runtime_dir")
def test_hub_is_announced_with_its_directory_while_it_runs(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with own(data_dir), announce(data_dir, address=ADDRESS) as hub, announced(data_dir, is_demo=True):
        [announcement] = load_announcements()
        assert (announcement.data_dir, announcement.is_demo, announcement.hub()) == (str(data_dir), True, hub)
    assert load_announcements() == []


@pytest.mark.usefixtures("runtime_dir")
def test_newest_announcement_comes_first(tmp_path: Path) -> None:
    with announced(tmp_path / "a"), announced(tmp_path / "b", is_demo=True):
        assert [Path(announcement.data_dir).name for announcement in load_announcements()] == ["b", "a"]


@pytest.mark.usefixtures("runtime_dir")
def test_announced_hub_that_was_killed_is_none(tmp_path: Path) -> None:
    with announced(tmp_path):
        assert [announcement.hub() for announcement in load_announcements()] == [None]


def test_announcement_is_private_and_holds_no_token(runtime_dir: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with own(data_dir), announce(data_dir, address=ADDRESS) as hub, announced(data_dir):
        [path] = runtime_dir.iterdir()
        assert (stat.S_IMODE(path.stat().st_mode), hub.token in path.read_text()) == (0o600, False)


@pytest.mark.parametrize(("mode", "is_used"), [(0o777, False), (0o1777, True), (0o755, True)])
def test_runtime_directory_that_others_may_exchange_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, is_used: bool
) -> None:
    (above := tmp_path / "runtime-1").mkdir()
    above.chmod(mode)
    monkeypatch.setattr(platformdirs, "user_runtime_path", lambda *_, **__: above / "bimmerhub")
    with announced(tmp_path):
        assert bool(load_announcements()) is is_used


def test_runtime_directory_that_others_may_write_is_not_used(runtime_dir: Path, tmp_path: Path) -> None:
    runtime_dir.mkdir()
    runtime_dir.chmod(0o777)
    with announced(tmp_path):
        assert load_announcements() == []
        assert list(runtime_dir.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"data_dir": 1}'])
def test_broken_announcement_is_passed_over(runtime_dir: Path, text: str) -> None:
    runtime_dir.mkdir(mode=0o700)
    (runtime_dir / "hub-1-1.json").write_text(text)
    assert load_announcements() == []
