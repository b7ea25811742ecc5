"""The page says of each place how old the newest good backup is, or what fails there."""

from typing import Any

from tests.web.page.conftest import Say

NOW_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z


def answer(**changes: Any) -> dict[str, Any]:
    first = {"place": "first", "where": "/nas", "newest_good_at": "2026-11-28T09:00:00Z", "failure": None}
    second = {"place": "second", "where": "by rclone", "newest_good_at": None, "failure": "no such host"}
    return {"is_scheduled": True, "next_at": "2026-11-29T09:00:00Z", "places": [first, second], **changes}


async def test_each_place_has_a_line(say: Say) -> None:
    first, second = say("backupLines", answer(), NOW_MS, module="backups")
    assert first["text"].startswith("Backups (/nas): newest 3 h ago, restored on trial · next ")
    assert first["warn"] is False
    assert second == {"text": "Second place (by rclone): none yet · failed: no such host", "warn": True}


async def test_where_none_are_scheduled_there_is_no_line(say: Say) -> None:
    assert say("backupLines", answer(is_scheduled=False), NOW_MS, module="backups") is None
