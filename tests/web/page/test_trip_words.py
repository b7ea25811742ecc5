"""What the card says of trips."""

from tests.web.page.conftest import Say


def trip(**fields: object) -> dict[str, object]:
    return {
        "start_at": "2026-11-28T08:00:00.000Z",
        "end_at": "2026-11-28T08:30:00.000Z",
        "under_way": False,
        "distance_km": 20,
        "duration_s": 1800,
        "start_soc_percent": 90,
        "end_soc_percent": 85,
        "missing_before_km": 0,
        "how": {"start_at": "measured", "end_at": "measured"},
        **fields,
    }


async def test_a_trip_says_how_far_and_how_long(say: Say) -> None:
    line = say("tripLine", trip(), module="trip-words")
    assert line["note"] == "20 km · 30 min · 90 to 85 %"
    assert " to " in line["text"]


async def test_what_is_estimated_or_missing_says_so(say: Say) -> None:
    how = {"start_at": "estimated", "end_at": "measured"}
    line = say("tripLine", trip(how=how, missing_before_km=30, start_soc_percent=None), module="trip-words")
    assert line["text"].startswith("~")
    assert line["note"].endswith("30 km before it are missing")


async def test_a_trip_under_way_comes_first(say: Say) -> None:
    lines = say("tripLines", [trip(under_way=True, distance_km=None), trip()], module="trip-words")
    assert lines[0]["text"].endswith("under way")
    assert lines[0]["note"].startswith("distance not told")
    assert len(lines) == 2
