"""What the card says of charging sessions."""

from tests.web.page.conftest import Say


def session(**fields: object) -> dict[str, object]:
    return {
        "plugged_at": "2026-11-28T18:00:00.000Z",
        "unplugged_at": "2026-11-29T07:00:00.000Z",
        "started_at": "2026-11-28T18:01:00.000Z",
        "ended_at": "2026-11-28T21:00:00.000Z",
        "start_soc_percent": 40,
        "end_soc_percent": 80,
        "energy_battery_kwh": 30.4,
        "energy_grid_kwh": 33.3,
        "place": "home",
        "end_reason": "target_reached",
        "how": {},
        **fields,
    }


async def test_a_session_says_how_much_and_why_it_ended(say: Say) -> None:
    line = say("chargeLine", session(), module="charge-words")
    assert line["note"] == "40 to 80 % · 30.4 kWh in the battery · 33.3 kWh from the grid · home · target reached"
    assert " to " in line["text"]


async def test_what_is_estimated_or_not_told_says_so(say: Say) -> None:
    how = {"energy_battery_kwh": "estimated", "plugged_at": "estimated"}
    line = say("chargeLine", session(how=how, energy_grid_kwh=None, start_soc_percent=None), module="charge-words")
    assert line["text"].startswith("~")
    assert line["note"].startswith("? to 80 % · ~30.4 kWh in the battery · home")


async def test_a_session_under_way(say: Say) -> None:
    under_way = session(ended_at=None, unplugged_at=None, end_reason=None)
    assert say("chargeLine", under_way, module="charge-words")["text"].endswith("charging")
    idle = session(started_at=None, ended_at=None, unplugged_at=None, end_reason=None)
    line = say("chargeLine", idle, module="charge-words")
    assert (line["text"].endswith("plugged in"), line["note"].startswith("nothing was charged")) == (True, True)


async def test_a_total_says_over_how_many_sessions_it_is(say: Say) -> None:
    totals = {"sessions": 43, "energy_battery": {"kwh": 512.4, "sessions": 41}}
    assert say("chargeTotal", totals, module="charge-words") == "512 kWh, over 41 of 43"
