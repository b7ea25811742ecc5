"""What the card says of what arrives, and of what was set apart."""

from typing import Any

from tests.web.page.conftest import Say

NOW_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z
SOC, KM = "vehicle.drivetrain.batteryManagement.header", "vehicle.vehicle.travelledDistance"
TITLES = {SOC: "Charge level", KM: "Odometer reading"}


def covered(descriptor: str, verdict: str, *, ticked: str = "yes", streamed: bool = True) -> dict[str, object]:
    return {
        "descriptor": descriptor,
        "title": TITLES.get(descriptor),
        "verdict": verdict,
        "ticked": ticked,
        "why": "so it is",
        "known": None,
        "last_streamed_at": "2026-11-28T11:00:00Z" if streamed else None,
    }


def judged(descriptor: str, judgement: str = "rejected", *, undone_at: str | None = None) -> dict[str, object]:
    return {
        "judgement": judgement,
        "descriptor": descriptor,
        "from": "2026-11-27T09:00:00Z",
        "until": "2026-11-27T10:00:00Z",
        "made_by": "owner",
        "made_at": "2026-11-28T08:00:00Z",
        "undone_at": undone_at,
    }


def refused(reason: str, descriptor: str = KM) -> dict[str, object]:
    return {"descriptor": descriptor, "reason": reason, "reading": {"measured_at": "2026-11-27T11:00:00Z"}}


def test_what_stopped_is_counted_as_missing_and_comes_first(say: Say) -> None:
    items = [covered(SOC, "arriving"), covered(KM, "stopped"), covered("a.b", "never sent", streamed=False)]
    assert say("coverageCount", items, module="arrivals") == {"text": "1 of 2", "isMissing": True}
    groups = say("coverageGroups", items, NOW_MS, module="arrivals")
    assert [(group["text"], group["isMissing"]) for group in groups] == [
        ("1 stopped coming", True),
        ("1 came within the last day", False),
        ("1 never sent so far", False),
    ]
    assert groups[0]["keys"] == [{"title": "Odometer reading", "descriptor": KM, "note": "1 h ago", "why": "so it is"}]
    assert groups[2]["keys"][0]["title"] == "a.b"


def test_what_never_came_is_not_missed_while_the_stream_is_down(say: Say) -> None:
    items = [covered(SOC, "stream down", ticked="unknown", streamed=False)]
    assert say("coverageCount", items, module="arrivals") == {"text": "none by stream", "isMissing": False}
    assert say("coverageGroups", items, NOW_MS, module="arrivals")[0]["isMissing"] is False


def test_readings_set_apart_stand_together_by_key_with_the_newest_reason(say: Say) -> None:
    lines = said(say, [refused("the odometer falls"), refused("it jumps"), refused("rejected by owner at", SOC)], [])
    assert lines == [("Odometer reading: 2 readings not believed", "Nov 27, 11:00: the odometer falls", 2)]


def test_a_persons_word_on_a_signal_is_one_line_and_says_when_it_was_taken_back(say: Say) -> None:
    back = "2026-11-28T09:00:00Z"
    lines = said(say, [], [judged(SOC), judged(KM), judged(KM, "released", undone_at=back)])
    by = "by owner, Nov 28, 08:00"
    assert lines == [
        ("Odometer reading: released, of Nov 27, 09:00 to Nov 27, 10:00", f"{by}, taken back Nov 28, 09:00", 0),
        ("Charge level and 1 key more: rejected, of Nov 27, 09:00 to Nov 27, 10:00", by, 1),
    ]


def said(say: Say, quarantine: list[Any], judgements: list[Any]) -> list[tuple[str, str, int]]:
    lines = say("apartLines", quarantine, judgements, TITLES, module="arrivals")
    return [(line["text"], line["note"], line["holds"]) for line in lines]
