"""`bimmerhub collections DIR`."""

from pathlib import Path

import pytest

from bimmerhub.cli import main
from bimmerhub.specs import COLLECTIONS, PROGRAM_FOLDERS


def test_collections_are_written_for_every_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main_and_exit(["collections", str(tmp_path / "mine")], code=0)
    assert sorted(folder.name for folder in (tmp_path / "mine").iterdir()) == sorted(PROGRAM_FOLDERS)
    example = "thunder-client/.vscode/.env.example"
    assert (tmp_path / "mine" / example).read_bytes() == (COLLECTIONS / example).read_bytes()
    assert "Bruno" in capsys.readouterr().out


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.json").write_text("mine")
    main_and_exit(["collections", str(tmp_path)], code=1)
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
    assert "not empty" in capsys.readouterr().err


def main_and_exit(line: list[str], *, code: int) -> None:
    try:
        main(line)
    except SystemExit as exit_:
        assert (exit_.code or 0) == code  # noqa: PT017 - a command that is done may return, or exit with 0
    else:
        assert code == 0
