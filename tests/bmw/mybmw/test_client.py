"""The MyBMW app's SDK against a small server: what is asked, what comes back, which errors; that nothing repeats."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec
import pytest
from aiohttp import web
from tests.bmw.mybmw.answers import (
    CAPABILITIES,
    CHARGING_SETTINGS,
    EVENT_ERROR,
    EVENT_ID,
    GCID,
    MINI_VIN,
    PROFILE,
    STATE,
    STATE_ANSWER,
    VIN,
    session_page,
)
from tests.bmw.mybmw.conftest import ODD_BODIES, PNG, QUOTA, Scene, odd_reply

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE, NOT_PLUGGED_IN
from bimmerhub.bmw.car_commands.commands import COMMAND_RUNNING, CommandKind, CommandProgress
from bimmerhub.bmw.gateway_refusals import BLOCKED
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.mybmw import (
    BrandApp,
    ChargingProfileOrder,
    ChargingSettingsOrder,
    Generation,
    PointOfInterest,
    Region,
    Vehicle,
)
from bimmerhub.bmw.mybmw.app_profile import change_profile_order
from bimmerhub.bmw.mybmw.car_services import CHARGE_STOP, ENGINE_WARNING
from bimmerhub.bmw.mybmw.car_services import CHARGING_SETTINGS as CHARGING_SETTINGS_KIND
from bimmerhub.bmw.mybmw.charging_models import CarChargingSettings, ChargingBegin
from bimmerhub.bmw.mybmw.words import DriveTrain, ImageView
from bimmerhub.domain.command_order import CommandOrder, TextMessage
from bimmerhub.domain.profile_change import ProfileChange, TimerChange
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired
from bimmerhub.ids import Vin

Life = AsyncIterator[CommandProgress]


async def car_of(scene: Scene) -> Vehicle:
    return await scene.mybmw.fetch_vehicle()


async def states(life: Life) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_of_a_car_is_read(scene: Scene) -> None:
    car = await car_of(scene)
    assert (car.vin, car.info.model, car.brand) == (VIN, "330e xDrive", BrandApp.BMW)
    assert (await car.fetch_state()).soc_percent == 80
    assert (await car.fetch_capabilities()).lock is True
    assert (await car.fetch_profile()).chassis == "G20"
    assert (await car.fetch_charging_settings()).service_pack == "WAVE_01"
    assert (await car.fetch_charging_statistics()).consent == "OPT_IN_WITH_SESSIONS"
    assert await car.fetch_image(view=ImageView.SIDE_LEFT) == PNG
    image = scene.bmw.last("images")
    assert (image.query["carView"], image.headers["accept"], image.headers["bmw-vin"]) == (
        "SideViewLeft",
        "image/png",
        VIN,
    )
    assert len((await car.fetch_readings()).readings) > 90
    assert scene.bmw.count("token") == 1


async def test_headers_and_query_of_a_question(scene: Scene) -> None:
    await (await car_of(scene)).fetch_state()
    call = scene.bmw.last("state")
    assert call.headers["bmw-vin"] == VIN
    assert call.headers["bmw-current-date"] == "2026-07-27T12:00:00.000Z"
    assert call.query == {"apptimezone": "0", "appDateTime": "1785153600000"}
    assert call.headers["x-user-agent"] == "android(AB1C.123456.789);bmw;1.2.3(45);row"
    assert call.headers["x-correlation-id"] == call.headers["bmw-correlation-id"]
    assert call.headers["x-correlation-id"] != scene.bmw.last("profile").headers["x-correlation-id"]
    assert call.headers["bmw-session-id"] == scene.bmw.last("profile").headers["bmw-session-id"]
    assert (call.headers["accept-language"], call.headers["24-hour-format"]) == ("en", "true")
    assert call.headers["user-agent"] == "Dart/3.3 (dart:io)"
    assert "ocp-apim-subscription-key" not in call.headers


@pytest.mark.parametrize(
    ("generation", "paths"),
    [
        (Generation.V1, ["/eadrax-vcs/v1/vehicles", "/eadrax-vcs/v1/vehicles"]),
        (Generation.V2, ["/eadrax-vcs/v2/vehicles", f"/eadrax-vcs/v2/vehicles/{VIN}/state"]),
        (Generation.V4, ["/eadrax-vcs/v4/vehicles", "/eadrax-vcs/v4/vehicles/state"]),
        (
            Generation.V5,
            ["/eadrax-vcs/v5/vehicle-list", "/eadrax-vcs/v5/vehicle-data/profile", "/eadrax-vcs/v4/vehicles/state"],
        ),
    ],
)
async def test_versions_of_the_interface(scene: Scene, generation: Generation, paths: list[str]) -> None:
    before = len(scene.bmw.calls)
    async with scene.sdk(generation=generation) as sdk:
        car = await sdk.fetch_vehicle()
        assert (car.info.model, (await car.fetch_state()).soc_percent) == ("330e xDrive", 80)
        assert (await car.fetch_readings()).refused == ()
    assert [call.path for call in scene.bmw.calls[before : before + len(paths)]] == paths
    agent = scene.bmw.calls[-1].headers["x-user-agent"]
    assert agent.split(";")[3:] == ([] if generation is Generation.V1 else ["row"])


async def test_all_of_version_1(scene: Scene) -> None:
    [vehicle] = await scene.mybmw.fetch_v1_vehicles()
    assert vehicle.status is not None
    assert vehicle.status.doors_state == "Locked"


async def test_each_brand_is_asked_as_its_own_app(scene: Scene) -> None:
    async with scene.sdk(brands=(BrandApp.BMW, BrandApp.MINI, BrandApp.TOYOTA)) as sdk:
        [car] = await sdk.fetch_vehicles()
        await car.fetch_state()
    asked = [call.headers["x-user-agent"].split(";")[1] for call in scene.bmw.calls if call.path.endswith("-list")]
    assert asked == ["bmw", "mini", "toyota"]
    scene.bmw.answers["vehicle-list"] = {"mappingInfos": [{"vin": MINI_VIN}]}
    async with scene.sdk(brands=(BrandApp.MINI,)) as sdk:
        mini = await sdk.fetch_vehicle()
        await mini.fetch_state()
    assert ";mini;" in scene.bmw.last("state").headers["x-user-agent"]
    assert scene.bmw.last("state").headers["bmw-vin"] == MINI_VIN


async def test_car_without_a_profile_is_listed(scene: Scene) -> None:
    scene.bmw.replies["profile"] = [lambda _: web.Response(status=404, text="not found")]
    assert (await car_of(scene)).info.profile is None
    scene.bmw.replies["profile"] = [lambda _: web.Response(status=403, text="Blocked")]
    with pytest.raises(BmwRefused) as caught:
        await scene.mybmw.fetch_vehicles()
    assert caught.value.code == BLOCKED


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"statusCode": 200}'])
async def test_what_is_no_picture_is_a_fault_of_bmw(scene: Scene, body: bytes) -> None:
    car = await car_of(scene)
    scene.bmw.replies["images"] = [lambda _: web.Response(body=body, content_type="image/png")]
    with pytest.raises(BmwUnavailable, match="no picture"):
        await car.fetch_image()


async def test_brand_that_is_refused_hides_no_other(scene: Scene) -> None:
    scene.bmw.replies["vehicle-list"] = [lambda _: web.Response(status=400)]
    async with scene.sdk(brands=(BrandApp.ROLLS_ROYCE, BrandApp.BMW)) as sdk:
        assert [car.vin for car in await sdk.fetch_vehicles()] == [VIN]
    scene.bmw.replies["vehicle-list"] = [lambda _: web.Response(status=400)]
    async with scene.sdk(brands=(BrandApp.ROLLS_ROYCE,)) as sdk:
        with pytest.raises(BmwRefused):
            await sdk.fetch_vehicles()


@pytest.mark.parametrize("status", ["403", " 403 ", 403])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
async def test_quota_is_recognised_however_it_is_written(scene: Scene, status: object, mark: bytes) -> None:
    car = await car_of(scene)
    body = mark + msgspec.json.encode({**QUOTA, "statusCode": status})
    for http_status in (403,) if mark else (200, 403):
        scene.bmw.replies["state"] = [odd_reply(body, http_status)]
        with pytest.raises(RateLimited) as caught:
            await car.fetch_state()
        assert caught.value.retry_after_s == 3723


async def test_one_car_is_taken_and_several_are_named(scene: Scene) -> None:
    assert (await scene.mybmw.fetch_vehicle(Vin(VIN))).vin == VIN
    with pytest.raises(ConfigError, match="no such car") as caught:
        await scene.mybmw.fetch_vehicle(Vin(MINI_VIN))
    assert VIN[-4:] in (caught.value.hint or "")
    assert VIN not in (caught.value.hint or "")


async def test_charging_sessions_of_every_page(scene: Scene) -> None:
    car = await car_of(scene)
    pages = [session_page("a", "b", next_token="t1"), session_page("c", next_token="t2"), session_page("d")]
    scene.bmw.replies["charging-sessions"] = [json_reply(page) for page in pages]
    assert [session.id async for session in car.charging_sessions(month=date(2023, 1, 17))] == ["a", "b", "c", "d"]
    asked = [call.query for call in scene.bmw.calls if call.path.endswith("charging-sessions")]
    assert [query.get("next_token") for query in asked] == [None, "t1", "t2"]
    assert {query["date"] for query in asked} == {"2023-01-01T00:00:00.000Z"}
    endless = session_page("a", next_token="same")
    scene.bmw.replies["charging-sessions"] = [lambda _: web.json_response(endless)] * 5
    assert len([session async for session in car.charging_sessions()]) == 2


def json_reply(document: object, status: int = 200) -> Callable[[web.Request], web.Response]:
    return lambda _: web.json_response(document, status=status)


def text_reply(text: str, status: int, headers: Mapping[str, str] | None = None) -> Callable[..., web.Response]:
    return lambda _: web.Response(status=status, text=text, headers=headers)


@pytest.mark.parametrize(
    ("reply", "kind", "hint"),
    [
        (json_reply(QUOTA, 403), RateLimited, "x-user-agent"),
        (text_reply("Out of call volume QUOTA", 403), RateLimited, "x-user-agent"),
        (json_reply({"statusCode": 429, "message": "Try again in 3 seconds."}, 429), RateLimited, ""),
        (text_reply("", 429, {"Retry-After": "9"}), RateLimited, ""),
        (json_reply(QUOTA), RateLimited, ""),
        (text_reply("Blocked", 403), BmwRefused, "CarData"),
        (text_reply("", 403), BmwRefused, "region"),
        (text_reply("Vehicle not found", 404), BmwRefused, "VIN"),
        (json_reply({"message": "Vehicle is busy"}, 409), BmwUnavailable, "busy"),
        (text_reply("<html>", 500), BmwUnavailable, ""),
        (text_reply("", 502), BmwUnavailable, ""),
        (text_reply("", 503), BmwUnavailable, ""),
        (json_reply({"data": None, "code": 699121, "error": True, "description": "no"}, 422), BmwRefused, ""),
        (json_reply({"data": None, "code": 699121, "error": True, "description": "no"}), BmwRefused, ""),
        (json_reply({"errors": [{"code": "E1", "message": "no"}]}), BmwRefused, ""),
        (json_reply({"errors": "no"}), BmwRefused, ""),
        (json_reply({"statusCode": 404, "message": "no"}), BmwRefused, "VIN"),
        (json_reply({"statusCode": 500, "message": "no"}), BmwUnavailable, ""),
        (text_reply("<html>", 200), BmwUnavailable, ""),
        (json_reply({"type": "x", "title": "Unauthorized", "status": 401}, 401), SignInRequired, ""),
    ],
)
async def test_errors_say_what_to_do(
    scene: Scene, reply: Callable[[web.Request], web.Response], kind: type[Exception], hint: str
) -> None:
    car = await car_of(scene)
    scene.bmw.replies["state"] = [reply] * 5
    with pytest.raises(kind) as caught:
        await car.fetch_state()
    assert hint in (getattr(caught.value, "hint", None) or "")


async def test_waits_codes_and_words_of_refusals(scene: Scene) -> None:
    car = await car_of(scene)
    envelope = {"data": None, "code": 699121, "error": True, "description": f"no {VIN}\n\x1b[31m{'!' * 900}"}
    for reply, attribute, value in (
        (json_reply(QUOTA, 403), "retry_after_s", 3723),
        (json_reply({"message": "Rate limit is exceeded. Try again in 3 seconds."}, 429), "retry_after_s", 3),
        (text_reply("", 429, {"Retry-After": "9"}), "retry_after_s", 9),
        (text_reply("Blocked", 403), "code", BLOCKED),
        (text_reply("", 404), "code", "404"),
        (json_reply(envelope, 422), "code", "699121"),
    ):
        scene.bmw.replies["state"] = [reply]
        with pytest.raises(BimmerhubError) as caught:
            await car.fetch_state()
        assert getattr(caught.value, attribute) == value
        assert VIN not in str(caught.value)
        assert len(str(caught.value)) < 300


async def test_question_is_asked_again_when_bmw_fails(scene: Scene) -> None:
    car = await car_of(scene)
    scene.bmw.replies["state"] = [text_reply("", 500), text_reply("", 502)]
    assert (await car.fetch_state()).soc_percent == 80


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:8]))
@pytest.mark.parametrize("status", [200, 204, 301, 400, 500])
async def test_odd_answer_is_a_value_or_an_error_of_ours(scene: Scene, body: bytes, status: int) -> None:
    car = await car_of(scene)
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "state": car.fetch_state,
        "profile": car.fetch_profile,
        "vehicles": car.fetch_charging_settings,
        "charging-statistics": car.fetch_charging_statistics,
        "charging-sessions": car.fetch_session_page,
        VIN: car.fetch_history,
        "eventPosition": lambda: car.fetch_position("e"),
        "vehicle-list": scene.mybmw.fetch_vehicles,
        "door-lock": lambda: states(car.lock()),
    }
    for name, ask in asked.items():
        scene.bmw.replies[name] = [lambda _: web.Response(status=status, body=body)] * 3
        with suppress(BimmerhubError):
            await ask()
        scene.bmw.replies[name] = []
    assert scene.bmw.count("door-lock") <= 1


async def test_life_of_a_command(scene: Scene) -> None:
    car = await car_of(scene)
    assert await states(car.flash_lights()) == ["sending", "initiated", "pending", "delivered", "executed"]
    call = scene.bmw.last("light-flash")
    assert call.path == "/eadrax-vrccs/v4/presentation/remote-commands/light-flash"
    assert (call.headers["bmw-vin"], call.json, call.query) == (VIN, {}, {})
    status = scene.bmw.last("eventStatus")
    assert status.path == "/eadrax-vrccs/v3/presentation/remote-commands/eventStatus"
    assert (status.method, status.query) == ("POST", {"eventId": EVENT_ID})
    assert scene.bmw.count("light-flash") == 1


@pytest.mark.parametrize(
    ("generation", "path"),
    [
        (Generation.V1, f"/eadrax-vrccs/v2/presentation/remote-commands/{VIN}/climate-now"),
        (Generation.V2, f"/eadrax-vrccs/v2/presentation/remote-commands/{VIN}/climate-now"),
        (Generation.V4, f"/eadrax-vrccs/v3/presentation/remote-commands/{VIN}/climate-now"),
        (Generation.V5, "/eadrax-vrccs/v4/presentation/remote-commands/climate-now"),
    ],
)
async def test_versions_of_commands(scene: Scene, generation: Generation, path: str) -> None:
    async with scene.sdk(generation=generation) as sdk:
        car = await sdk.fetch_vehicle()
        assert (await states(car.start_climate()))[-1] == "executed"
        assert (scene.bmw.last("climate-now").path, scene.bmw.last("climate-now").query) == (path, {"action": "START"})
        scene.bmw.words = ["EXECUTED"]
        assert (await states(car.stop_climate()))[-1] == "executed"
        assert scene.bmw.last("climate-now").query == {"action": "STOP"}


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (lambda car: car.lock(), "/eadrax-vrccs/v4/presentation/remote-commands/door-lock"),
        (lambda car: car.unlock(), "/eadrax-vrccs/v4/presentation/remote-commands/door-unlock"),
        (lambda car: car.blow_horn(force=True), "/eadrax-vrccs/v4/presentation/remote-commands/horn-blow"),
        (lambda car: car.find(), "/eadrax-vrccs/v4/presentation/remote-commands/vehicle-finder"),
        (lambda car: car.charge_now(), f"/eadrax-crccs/v1/vehicles/{VIN}/start-charging"),
        (lambda car: car.stop_charging(), f"/eadrax-crccs/v1/vehicles/{VIN}/stop-charging"),
        (lambda car: car.carry_out(CommandOrder(kind=CommandKind.LOCK)), "/remote-commands/door-lock"),
        (lambda car: car.carry_out(CommandOrder(kind=CommandKind.CHARGE_NOW)), "/start-charging"),
    ],
)
async def test_paths_of_the_commands(scene: Scene, command: Callable[[Vehicle], Life], path: str) -> None:
    scene.bmw.words = ["EXECUTED"]
    assert await states(command(await car_of(scene))) == ["sending", "initiated", "executed"]
    posted = [call.path for call in scene.bmw.calls if call.method == "POST" and not call.path.startswith("/gcdm")]
    assert posted[-2].endswith(path)


async def test_what_the_car_cannot_do_is_not_sent(scene: Scene) -> None:
    car = await car_of(scene)
    with pytest.raises(BmwRefused, match="horn false") as caught:
        await states(car.blow_horn())
    assert (caught.value.code, caught.value.note) == (NOT_CAPABLE, "horn")
    able = await car.capabilities()
    assert able[CommandKind.FIND].is_possible is None  # it may work all the same
    assert able[CHARGE_STOP].is_possible
    scene.bmw.answers["state"] = {**STATE_ANSWER, "capabilities": {**CAPABILITIES, "remoteChargingCommands": {}}}
    await car.fetch_state()
    assert (await car.capabilities())[CHARGE_STOP].is_possible is False
    with pytest.raises(BmwRefused):
        await states(car.carry_out(CommandOrder(kind=CommandKind.MESSAGE, message=TextMessage(subject="a", text="b"))))
    assert not [call for call in scene.bmw.calls if "remote-commands" in call.path]


async def test_car_on_fuel_is_not_told_to_charge(scene: Scene) -> None:
    scene.bmw.answers["profile"] = {**PROFILE, "driveTrain": "COMBUSTION"}
    car = await car_of(scene)
    assert car.info.profile is not None
    assert car.info.profile.drive_train is DriveTrain.COMBUSTION
    with pytest.raises(BmwRefused) as caught:
        await states(car.stop_charging())
    assert caught.value.note == "driveTrain"


async def test_charging_wants_a_plug(scene: Scene) -> None:
    unplugged = {**STATE, "electricChargingState": {**STATE["electricChargingState"], "isChargerConnected": False}}
    scene.bmw.answers["state"] = {**STATE_ANSWER, "state": unplugged}
    scene.bmw.words = ["EXECUTED"]
    car = await car_of(scene)
    with pytest.raises(BmwRefused, match="nothing is plugged in") as caught:
        await states(car.charge_now())
    assert caught.value.code == NOT_PLUGGED_IN
    assert scene.bmw.count("start-charging") == 0
    assert await states(car.charge_now(force=True)) == ["sending", "initiated", "executed"]


async def test_engine_that_the_climate_starts_is_warned_of(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    car = await car_of(scene)
    assert await car.climate_warning() is None
    engine = {"isRemoteEngineStartSupported": True, "isRemoteEngineStartEnabled": True}
    scene.bmw.answers["state"] = {**STATE_ANSWER, "capabilities": {**CAPABILITIES, **engine}}
    await car.fetch_state()
    assert await car.climate_warning() == ENGINE_WARNING
    scene.bmw.words = ["EXECUTED"]
    await states(car.start_climate())
    assert "closed garage" in caplog.text


async def test_failed_command_says_why(scene: Scene) -> None:
    scene.bmw.answers["eventStatus"] = EVENT_ERROR
    life = [progress async for progress in (await car_of(scene)).lock()]
    assert (str(life[-1].state), life[-1].word) == ("not_executed", "ERROR")
    assert life[-1].reason == "Something went wrong: The driver's door is open.: NACK"


@pytest.mark.parametrize(("status", "text"), [(500, ""), (502, ""), (504, ""), (200, "<html>Welcome")])
async def test_command_whose_answer_is_lost_is_unknown(scene: Scene, status: int, text: str) -> None:
    car = await car_of(scene)
    scene.bmw.replies["door-lock"] = [text_reply(text, status)]
    assert await states(car.lock()) == ["sending", "unknown"]
    assert scene.bmw.count("door-lock") == 1


@pytest.mark.parametrize("status", [409, 503])
async def test_command_that_a_busy_bmw_refuses_is_not_taken(scene: Scene, status: int) -> None:
    car = await car_of(scene)
    scene.bmw.replies["door-lock"] = [json_reply({"message": "Vehicle is busy"}, status)]
    with pytest.raises(BmwUnavailable) as caught:
        await states(car.lock())
    assert not isinstance(caught.value, AnswerLost)
    assert scene.bmw.count("door-lock") == 1


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("door-lock", lambda car: car.lock()),
        ("door-unlock", lambda car: car.unlock()),
        ("light-flash", lambda car: car.flash_lights()),
        ("horn-blow", lambda car: car.blow_horn(force=True)),
        ("climate-now", lambda car: car.start_climate()),
        ("start-charging", lambda car: car.charge_now()),
    ],
)
async def test_what_a_car_did_without_an_event_is_unknown(
    scene: Scene, name: str, command: Callable[[Vehicle], Life]
) -> None:
    scene.bmw.replies[name] = [text_reply("", 200)]
    life = [progress async for progress in command(await car_of(scene))]
    assert [progress.state for progress in life] == ["sending", "unknown"]
    assert "named no event" in (life[-1].reason or "")


async def test_settings_without_an_event_are_taken(scene: Scene) -> None:
    scene.bmw.replies["charging-settings"] = [text_reply("", 200)]
    car = await car_of(scene)
    assert await states(car.set_charging_settings(ChargingSettingsOrder(target_percent=75))) == ["sending", "executed"]


SLOW_DOWN = {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 20 seconds."}


async def test_questions_of_a_command_are_waited_out(scene: Scene) -> None:
    scene.bmw.replies["eventStatus"] = [text_reply("", 500), text_reply("<html>", 200), json_reply(SLOW_DOWN, 429)]
    assert await states((await car_of(scene)).lock()) == ["sending", "initiated", "pending", "delivered", "executed"]
    assert 20 in scene.clock.sleeps_s


async def test_slow_car_times_out(scene: Scene) -> None:
    scene.bmw.words = ["PENDING"]
    car = await car_of(scene)
    begun_s = scene.clock.elapsed_s()
    assert await states(car.find()) == ["sending", "initiated", "pending", "timed_out"]
    assert scene.clock.elapsed_s() - begun_s == 240


async def test_second_command_of_a_kind_waits_for_the_first(scene: Scene) -> None:
    car = await car_of(scene)
    first = car.lock()
    await anext(first)
    with pytest.raises(BmwRefused) as caught:
        await states(car.lock())
    assert caught.value.code == COMMAND_RUNNING
    assert (await states(car.find()))[-1] == "executed"
    await first.aclose()


async def test_command_of_an_earlier_run_is_followed_and_not_sent(scene: Scene) -> None:
    car = await car_of(scene)
    life = car.lock()
    taken = [await anext(life), await anext(life)][-1]
    await life.aclose()
    assert await states(car.follow(taken)) == ["pending", "delivered", "executed"]
    assert scene.bmw.count("door-lock") == 1


async def test_found_place(scene: Scene) -> None:
    found = await (await car_of(scene)).fetch_position(EVENT_ID, near=(48.0, 11.0))
    assert found.place is not None
    assert (found.status, found.place.latitude_deg) == ("OK", 48.1)
    call = scene.bmw.last("eventPosition")
    assert (call.headers["latitude"], call.headers["longitude"], call.query) == ("48.0", "11.0", {"eventId": EVENT_ID})


POI = PointOfInterest(latitude_deg=48.2, longitude_deg=11.6, name="Werk", street="Ring 1", city="Town")


async def test_destination(scene: Scene) -> None:
    assert await states((await car_of(scene)).send_poi(POI)) == ["sending", "executed"]
    call = scene.bmw.last("send-to-car")
    assert call.path == f"/eadrax-dcs/v2/user/{GCID}/send-to-car"
    [place] = call.json["places"]
    assert (place["position"], place["title"], place["formattedAddress"]) == (
        {"lat": 48.2, "lng": 11.6},
        "Werk",
        "Ring 1, Town",
    )
    assert (place["placeType"], call.json["vehicleInformation"]) == ("ADDRESS", {"vin": VIN})
    async with scene.sdk(generation=Generation.V4) as sdk:
        await states((await sdk.fetch_vehicle()).send_poi(POI))
    call = scene.bmw.last("send-to-car")
    assert call.path == "/eadrax-dcs/v1/send-to-car/send-to-car"
    assert call.json["location"]["coordinates"] == {"latitude": 48.2, "longitude": 11.6}
    assert call.json["location"]["locationAddress"] == {"street": "Ring 1", "city": "Town"}


async def test_charging_settings_are_changed(scene: Scene) -> None:
    scene.bmw.words = ["EXECUTED"]
    car = await car_of(scene)
    order = ChargingSettingsOrder(target_percent=75, ac_limit_a=16)
    assert (await states(car.set_charging_settings(order)))[-1] == "executed"
    call = scene.bmw.last("charging-settings")
    assert (call.path, call.json) == (
        f"/eadrax-crccs/v1/vehicles/{VIN}/charging-settings",
        {"chargingTarget": 75, "acLimitValue": 16},
    )
    for wrong_percent in (77, None):
        with pytest.raises(ConfigError):
            ChargingSettingsOrder(target_percent=wrong_percent)
    limits = {**CAPABILITIES, "isChargingPowerLimitEnabled": False}
    scene.bmw.answers["state"] = {**STATE_ANSWER, "capabilities": limits}
    await car.fetch_state()
    with pytest.raises(BmwRefused) as caught:
        await states(car.set_charging_settings(order))
    assert caught.value.note == "isChargingPowerLimitEnabled"
    await states(car.set_charging_settings(ChargingSettingsOrder(target_percent=80)))
    assert scene.bmw.last("charging-settings").json == {"chargingTarget": 80}


async def test_charging_profile_is_read_changed_and_written(scene: Scene) -> None:
    scene.bmw.words = ["EXECUTED"]
    car = await car_of(scene)
    profile = ChargingProfileOrder.from_settings(await car.fetch_charging_settings())
    mode = msgspec.structs.replace(profile.charging_mode, window_begin="0001-01-01T20:00:00.000")
    assert (await states(car.set_charging_profile(msgspec.structs.replace(profile, charging_mode=mode))))[-1]
    detail = CHARGING_SETTINGS["chargeAndClimateTimerDetail"]
    assert scene.bmw.last("charging-profile").json == {
        "chargingMode": {
            **detail["chargingMode"],
            "startTimeSlot": "0001-01-01T20:00:00.000",
            "endTimeSlot": "0001-01-01T05:30:00.000",
            "timerChange": "NO_CHANGE",
        },
        "departureTimer": detail["departureTimer"],
        "isPreconditionForDepartureActive": False,
        "servicePack": "WAVE_01",
    }
    with pytest.raises(ConfigError, match="goes with"):
        msgspec.structs.replace(profile, charging_mode=ChargingBegin(kind="TIME_SLOT", preference="NO_PRESELECTION"))
    with pytest.raises(ConfigError, match="no charging profile"):
        ChargingProfileOrder.from_settings(CarChargingSettings())


async def test_profile_of_which_mode_and_preference_do_not_go_together_can_be_written_back(scene: Scene) -> None:
    settings = await (await car_of(scene)).fetch_charging_settings()
    assert settings.timer is not None
    apart = ChargingBegin(kind="CHARGING_IMMEDIATELY", preference="CHARGING_WINDOW")
    timer = msgspec.structs.replace(settings.timer, charging_mode=apart)
    profile = ChargingProfileOrder.from_settings(msgspec.structs.replace(settings, timer=timer))
    assert profile.charging_mode.preference == "NO_PRESELECTION"


CHANGE = ProfileChange(
    charging_start="IMMEDIATE_CHARGING",
    is_climate_enabled=True,
    timers=(
        TimerChange(timer="timer_1", departure="06:45", is_enabled=False),
        TimerChange(timer="override_timer", departure="09:00", weekdays=("friday",), is_enabled=True),
    ),
)


async def test_charging_profile_is_changed_as_it_is_now(scene: Scene) -> None:
    scene.bmw.words = ["EXECUTED"]
    car = await car_of(scene)
    order = CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile_change=CHANGE)
    assert (await states(car.carry_out(order)))[-1] == "executed"
    written = scene.bmw.last("charging-profile").json
    assert (written["chargingMode"]["type"], written["chargingMode"]["chargingPreference"]) == (
        "CHARGING_IMMEDIATELY",
        "NO_PRESELECTION",
    )
    assert written["isPreconditionForDepartureActive"] is True
    first, fourth = written["departureTimer"]["weeklyTimers"]
    assert (first["time"], first["timerAction"], first["daysOfTheWeek"]) == (
        "0001-01-01T06:45:00",
        "DEACTIVATE",
        ["MONDAY"],
    )
    assert (fourth["id"], fourth["time"], fourth["daysOfTheWeek"]) == (4, "0001-01-01T09:00:00", ["FRIDAY"])
    whole = CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile=msgspec.json.encode(written).decode())
    await states(car.carry_out(whole))
    assert scene.bmw.last("charging-profile").json == written
    scene.bmw.answers["state"] = {**STATE_ANSWER, "capabilities": {"isChargingPlanSupported": False}}
    await car.fetch_state()
    with pytest.raises(BmwRefused) as caught:
        await states(car.carry_out(order))
    assert caught.value.note == "isChargingPlanSupported"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ProfileChange(), "nothing"),
        (ProfileChange(charging_start="SOON"), "does not know 'SOON'"),
        (ProfileChange(charging_start="IMMEDIATE_CHARGING", is_window_enabled=True), "exclude each other"),
        (ProfileChange(window_begin="22:00"), "begin and an end"),
        (ProfileChange(window_begin="22:00", window_end="25:00"), "no time"),
        (ProfileChange(timers=(TimerChange(timer="timer_9", is_enabled=True),)), "no 'timer_9'"),
        (ProfileChange(timers=(TimerChange(timer="timer_1", weekdays=("someday",)),)), "no weekday"),
    ],
)
async def test_changes_that_no_profile_can_have(scene: Scene, change: ProfileChange, words: str) -> None:
    profile = await (await car_of(scene)).fetch_charging_profile()
    with pytest.raises(ConfigError, match=words):
        change_profile_order(profile, change)


async def test_orders_that_are_none(scene: Scene) -> None:
    car = await car_of(scene)
    for order, words in (
        (CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile="{}"), "no charging profile"),
        (CommandOrder(kind=CHARGING_SETTINGS_KIND, fields={"odd": "1"}), "is called 'odd'"),
        (CommandOrder(kind=CHARGING_SETTINGS_KIND, fields={"target_percent": "much"}), "setting is wrong"),
        (CommandOrder(kind=CHARGING_SETTINGS_KIND, fields={"target_percent": "77"}), "steps of 5"),
    ):
        with pytest.raises(ConfigError, match=words):
            await states(car.carry_out(order))
    scene.bmw.words = ["EXECUTED"]
    fields = {"target_percent": "85", "is_unlock_cable_active": "true"}
    await states(car.carry_out(CommandOrder(kind=CHARGING_SETTINGS_KIND, fields=fields)))
    assert scene.bmw.last("charging-settings").json == {"chargingTarget": 85, "isUnlockCableActive": True}


async def test_any_operation_can_be_called(scene: Scene) -> None:
    car = await car_of(scene)
    assert msgspec.json.decode(await car.call("recalls")) == {"recalls": []}
    call = scene.bmw.last("recalls")
    assert (call.query, call.headers["bmw-gcid"]) == ({"vin": VIN}, GCID)
    scene.bmw.answers["history"] = {"quantity": 0}
    await car.call("trips", month="2023-01")
    call = scene.bmw.last("history")
    assert call.query == {
        "date": "2023-01",
        "offset": "0",
        "limit": "100",
        "groupByWeek": "false",
        "timezone": "+00:00",
    }
    assert call.headers["x-gcid"] == GCID
    scene.bmw.answers["flags"] = []
    assert await scene.mybmw.call("flags") == b"[]"
    assert await scene.mybmw.rest.call_path("/eadrax-fts/v1/flags", query={"a": "b"}) == b"[]"
    with pytest.raises(BmwRefused, match="…0031") as caught:
        await scene.mybmw.rest.call_path(f"/eadrax-new/v1/{VIN}")
    assert VIN not in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "params", "words"),
    [
        ("flogs", {}, "no operation 'flogs'"),
        ("flags", {"odd": 1}, "no parameter 'odd'"),
        ("profile", {}, "needs the parameter vin"),
        ("image-v5", {"vin": VIN, "view": "Wheel"}, "cannot be 'Wheel'"),
        ("charging-sessions-v2", {"vin": VIN, "max_results": "many"}, "is no number"),
        ("charging-sessions-v2", {"vin": VIN, "with_date_picker": "perhaps"}, "is no bool"),
        ("state-v2", {"vin": ".."}, "vin cannot be"),
        ("profile", {"vin": "a\nb"}, "header"),
        ("authenticate-1", {}, "step of the sign-in"),
        ("cn-public-key", {}, "not answered in this region"),
    ],
)
async def test_parameters_that_are_none(scene: Scene, operation: str, params: dict[str, Any], words: str) -> None:
    before = len(scene.bmw.calls)
    with pytest.raises(ConfigError, match=words):
        await scene.mybmw.call(operation, **params)
    for path in ("flags", "//elsewhere.example.org", "/a\nb"):
        with pytest.raises(ConfigError):
            await scene.mybmw.rest.call_path(path)
    assert len(scene.bmw.calls) == before


async def test_parameters_come_as_text_too(scene: Scene) -> None:
    car = await car_of(scene)
    await car.call("charging-sessions-v2", max_results="10", with_date_picker="yes")
    assert scene.bmw.last("charging-sessions").query["maxResults"] == "10"
    assert scene.bmw.last("charging-sessions").query["include_date_picker"] == "true"
    await car.call("set-charging-settings", target_percent="80", is_unlock_cable_active="no")
    assert scene.bmw.last("charging-settings").json == {"chargingTarget": 80, "isUnlockCableActive": False}
    await car.call("image-v5", view="driverdoor")
    assert scene.bmw.last("images").query["carView"] == "DriverDoor"
    await car.call("set-charging-profile", body='{"a": 1}')
    assert scene.bmw.last("charging-profile").json == {"a": 1}


async def test_many_at_once(scene: Scene) -> None:
    car = await car_of(scene)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(car.fetch_state())
    assert scene.bmw.count("state") == 5


async def test_china_asks_without_a_key_and_converts_places(scene: Scene) -> None:
    place = {"coordinates": {"latitude": 39.90923, "longitude": 116.397428}}
    scene.bmw.answers["state"] = {**STATE_ANSWER, "state": {**STATE, "location": place}}
    async with scene.sdk(region=Region.CHINA) as sdk:
        car = await sdk.fetch_vehicle()
        location = (await car.fetch_state()).location
        assert location is not None
        assert location.coordinates is not None
        assert location.coordinates.latitude_deg == pytest.approx(39.90783, abs=1e-4)
        await states(car.send_poi(PointOfInterest(latitude_deg=39.90783, longitude_deg=116.39119)))
    assert scene.bmw.last("send-to-car").json["places"][0]["position"]["lat"] == pytest.approx(39.90923, abs=1e-4)
    assert scene.bmw.last("state").headers["x-user-agent"].endswith(";cn")
