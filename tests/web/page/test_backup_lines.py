"""The page says of each place how old the newest good backup is, or what fails there."""

from typing import Any

from tests.web.page.conftest import Say

NOW_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z


def answer(**changes: Any) -> dict[str, Any]:
    counts = {"misdated": 0, "undeleted": 0}
    first = {"place": "first", "where": "/nas", "newest_good_at": "2026-11-28T09:00:00Z", "failure": None, **counts}
    second = {"place": "second", "where": "by rclone", "newest_good_at": None, "failure": "no such host", **counts}
    return {"is_scheduled": True, "next_at": "2026-11-29T09:00:00Z", "places": [first, second], **changes}


def test_each_place_has_a_line(say: Say) -> None:
    first, second = say("backupLines", answer(), NOW_MS, module="backups")
    assert first["text"].startswith("Backups (/nas): newest 3 h ago, restored on trial · next ")
    assert first["warn"] is False
    assert second == {"text": "Second place (by rclone): none yet · failed: no such host", "warn": True}


def test_where_none_are_scheduled_there_is_no_line(say: Say) -> None:
    assert say("backupLines", answer(is_scheduled=False), NOW_MS, module="backups") is None


async def test_what_no_command_deletes_and_what_a_wrong_clock_dated_is_counted(say: Say) -> None:
    place = {**answer()["places"][0], "undeleted": 30, "misdated": 2}
    [line] = say("backupLines", answer(places=[place], next_at=None), NOW_MS, module="backups")
    assert "keeps all, 30 more than the settings do" in line["text"]
    assert "2 with a date that cannot be right" in line["text"]
    assert line["warn"] is True
