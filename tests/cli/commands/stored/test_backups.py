"""`bimmerhub backups`: those that the hub makes by itself."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run


@pytest.mark.usefixtures("maybe_hub")
def test_without_a_place_none_are_made(run: Run, capture: Path) -> None:
    run("import", capture)
    assert "[backup] directory" in " ".join(run("backups", "list").err.split())
    refused = run("backups", "make")
    assert refused.code == 1
    assert "no directory for backups is set" in refused.err


def test_one_is_made_and_listed_and_failures_end_with_1(
    run: Run, capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", capture)
    folder = tmp_path / "backups"
    monkeypatch.setenv("BIMMERHUB_BACKUP__DIRECTORY", str(folder))
    made = run("backups", "make")
    assert made.code == 0
    [file] = folder.iterdir()
    listed = run("backups", "list", "--json").json
    assert [(item["name"], item["is_good"]) for item in listed["items"]] == [(file.name, True)]
    assert listed["next_at"] is None  # this hub lived for the command only
    assert run("restore", file, "--force").code == 0
    monkeypatch.setenv("BIMMERHUB_BACKUP__SECOND_DIRECTORY", str(capture))
    failed = run("backups", "make")
    assert failed.code == 1
    assert f"{capture}:" in failed.err


def test_backups_of_another_directory_are_named_with_how_to_restore_them(
    run: Run, capture: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", capture)
    folder = capture.with_name("its backups")
    monkeypatch.setenv("BIMMERHUB_BACKUP__DIRECTORY", str(folder))
    assert run("backups", "make").code == 0
    assert "another directory" not in run("backups", "list").err
    [file] = folder.iterdir()
    data_dir.rename(data_dir.with_name("lost"))
    for is_new in (True, False):
        listed = run("backups", "list").err
        assert f"1 backup in {folder} of another directory: {file.name.split('-')[1]}; not tested here, kept." in listed
        assert f"bimmerhub restore '{file}'{'' if is_new else ' --force'}\n" in listed
        run("import", capture)
    assert f"bimmerhub restore '{file}' --force" in run("doctor", "--no-calls").err
    assert run("restore", file, "--force").code == 0
