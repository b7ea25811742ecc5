"""`bimmerhub readings`: rejecting what is not true by the times that `history` prints, and taking it back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import SOC, VIN, Result, Run, capture_line

FROM_TO = ("--from", "2026-07-27T00:00:00Z", "--to", "2026-07-28T00:00:00Z")


@pytest.fixture
def values(run: Run, capture: Path, maybe_hub: Any) -> Any:
    """What `history` has of the charge level; 41, 44, 43 and 42 at first, a second apart."""
    assert maybe_hub is None or maybe_hub
    lines = [capture_line(value, second=second) for second, value in enumerate((41, 44, 43, 42))]
    capture.write_text("".join(lines))
    assert run("import", capture).code == 0

    def read() -> list[object]:
        return [item["value"] for item in run("history", VIN, SOC, *FROM_TO, "--json").json["items"]]

    assert read() == [41, 44, 43, 42]
    return read


def local(second: int) -> str:
    """Return a time as `history` prints it."""
    return datetime(2026, 7, 27, 12, 0, second, tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def shown(result: Result) -> str:
    return " ".join(result.out.split())


def test_a_stretch_is_rejected_by_the_times_that_history_prints_and_restored(run: Run, values: Any) -> None:
    assert local(1) in run("history", VIN, SOC, *FROM_TO).out
    tried = run("readings", "reject", VIN, SOC, local(1), "--until", local(2), "--dry-run")
    assert (tried.code, tried.err) == (0, "Would be: 2 readings set apart, 0 returned.\n")
    assert values() == [41, 44, 43, 42]
    rejected = run("readings", "reject", VIN, SOC, local(1), "--until", local(2))
    assert (rejected.code, rejected.err) == (0, "2 readings set apart, 0 returned.\n")
    assert f"set apart {local(1)} 44 % {SOC} set apart {local(2)} 43 % {SOC}" in shown(rejected)
    assert values() == [41, 42]
    restored = run("readings", "restore", VIN, SOC, "2026-07-27T14:00:02+02:00")
    assert (restored.code, restored.err) == (0, "0 readings set apart, 2 returned.\n")
    assert values() == [41, 44, 43, 42]


def test_an_import_again_does_not_bring_back_what_was_rejected(run: Run, values: Any, capture: Path) -> None:
    assert run("readings", "reject", VIN, "soc_percent", "2026-07-27T12:00:01Z").code == 0
    again = run("import", capture, "--json").json
    assert (again["new"], again["repeated"], again["refused"]) == (0, 4, 0)
    assert values() == [41, 43, 42]


def test_judgements_are_listed_with_what_was_taken_back(run: Run, values: Any) -> None:
    assert run("readings", "judgements", VIN).err == "Nothing was rejected or released.\n"
    run("readings", "reject", VIN, SOC, "2026-07-27T12:00:01Z", "--until", "2026-07-27T12:00:02Z")
    run("readings", "restore", VIN, SOC, "2026-07-27T12:00:01Z")
    [judgement] = run("readings", "judgements", VIN, "--json").json["items"]
    assert (judgement["judgement"], judgement["descriptor"], judgement["value"]) == ("rejected", SOC, None)
    assert (judgement["from"], judgement["until"]) == ("2026-07-27T12:00:01.000Z", "2026-07-27T12:00:02.000Z")
    assert judgement["undone_at"] >= judgement["made_at"]
    assert f"rejected {SOC} all {local(1)} {local(2)} owner" in shown(run("readings", "judgements", VIN))
    assert values() == [41, 44, 43, 42]


def test_a_table_of_local_times_tells_when_something_was_rejected_in_local_time(run: Run, values: Any) -> None:
    run("readings", "reject", VIN, SOC, "2026-07-27T12:00:01Z")
    [judgement] = run("readings", "judgements", VIN, "--json").json["items"]
    made_at = datetime.fromisoformat(judgement["made_at"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    assert f"rejected by owner at {made_at}" in shown(run("quarantine", "list", "--rejected"))
    assert values() == [41, 43, 42]


def test_json_is_one_document(run: Run, values: Any) -> None:
    judged = run("readings", "reject", VIN, SOC, "2026-07-27T12:00:01Z", "--json").json
    assert (judged["dry_run"], judged["set_apart_count"], judged["returned_count"]) == (False, 1, 0)
    assert judged["set_apart"][0]["value"] == 44
    assert values() == [41, 43, 42]


@pytest.mark.usefixtures("values")
def test_what_cannot_be_judged_says_what_to_do(run: Run) -> None:
    nothing = run("readings", "reject", VIN, SOC, "2026-07-27T12:00:09Z")
    assert nothing.code != 0
    assert "The nearest reading is of 2026-07-27T12:00:03.000Z" in nothing.err
    for line, hint in (
        (("reject", VIN, "soc_precent", "2026-07-27T12:00:01Z"), "Did you mean soc_percent?"),
        (("reject", VIN, SOC, "noon"), "'noon' is not a time"),
        (("reject", VIN, SOC, "2026-07-27T12:00:02Z", "--until", "2026-07-27T12:00:01Z"), "until is before"),
        (("restore", VIN, SOC, "2026-07-27T12:00:02Z"), "readings judgements"),
    ):
        result = run("readings", *line)
        assert result.code != 0
        assert hint in result.err


def test_the_list_names_rejections_and_shows_them_when_asked(run: Run, values: Any) -> None:
    run("readings", "reject", VIN, SOC, local(1), "--until", local(2))
    short, whole = run("quarantine", "list"), run("quarantine", "list", "--rejected", "--json").json
    assert "Nothing is in quarantine." in short.out + short.err
    assert "(1 judgement: bimmerhub readings judgements VIN); --rejected shows it" in short.err
    assert [item["reading"]["value"] for item in whole["items"]] == [43, 44]
    tried = run("quarantine", "release", whole["items"][0]["id"], "--dry-run")
    assert tried.err.startswith(f"Would release {whole['items'][0]['id']}: {SOC} 43 %")
    assert values() == [41, 42]
