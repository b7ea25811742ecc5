"""i Remote's SDK against a small server: what is asked, what comes back, which errors, and that nothing repeats."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from tests.bmw.iremote.answers import STATUS, TWO_TIMERS, VIN, WEEKLY
from tests.bmw.iremote.conftest import LOGIN, PNG, Scene, error, poi_of

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE, NOT_PLUGGED_IN
from bimmerhub.bmw.car_commands.charging_profile import ChargingStart, Weekday, encode_charging_profile
from bimmerhub.bmw.car_commands.commands import COMMAND_RUNNING, CommandKind, CommandProgress
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.iremote import (
    App,
    Endpoints,
    IRemote,
    PointOfInterest,
    Region,
    TextMessage,
    read_credentials,
)
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from bimmerhub.bmw.iremote import Vehicle

Life = AsyncIterator[CommandProgress]


async def car_of(scene: Scene) -> "Vehicle":
    return await scene.iremote.fetch_vehicle()


async def states(life: Life) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_of_a_car_is_read(scene: Scene) -> None:
    car = await car_of(scene)
    assert (car.vin, car.info.model) == (VIN, "i3 (+ REX)")
    assert (await car.fetch_status()).soc_percent == 61
    assert (await car.fetch_last_trip()).distance_km == 52
    assert (await car.fetch_all_trips()).battery_capacity_wh == 18_100
    assert (await car.fetch_destinations())[0].city == "MUNICH"
    assert (await car.fetch_range_map()).quality == "AVERAGE"
    assert (await car.fetch_navigation()).soc_max_kwh == 18.3
    assert (await car.fetch_efficiency()).efficiency_quotient == 62
    assert (await car.fetch_dynamic()).attributes.soc_percent == 61
    assert await car.fetch_history() == ()
    assert await car.fetch_image(view=ImageView.REAR, width_px=400, height_px=300) == PNG
    assert scene.car.queries["image"] == {"width": "400", "height": "300", "view": "REAR"}
    assert len((await car.fetch_readings()).readings) > 40
    assert scene.car.calls["token"] == 1


async def test_status_of_an_i_car_needs_no_place_of_the_asker(scene: Scene) -> None:
    await (await car_of(scene)).fetch_status()
    assert scene.car.queries["status"] == {"deviceTime": "2026-07-27T12:00:00"}
    scene.car.vehicle["brand"] = "BMW"
    car = await car_of(scene)
    await car.fetch_status()
    assert scene.car.queries["status"] == {"deviceTime": "2026-07-27T12:00:00", "dlat": "0.0", "dlon": "0.0"}
    await car.fetch_status(near=(48.1, 11.5))
    assert scene.car.queries["status"] | {"deviceTime": ""} == {"deviceTime": "", "dlat": "48.1", "dlon": "11.5"}


async def test_one_car_is_taken_and_several_are_named(scene: Scene) -> None:
    assert (await scene.iremote.fetch_vehicle(Vin(VIN))).vin == VIN
    with pytest.raises(ConfigError, match="no such car") as caught:
        await scene.iremote.fetch_vehicle(Vin("WBA00000000000009"))
    assert VIN[-4:] in (caught.value.hint or "")
    assert VIN not in (caught.value.hint or "")


async def test_refused_token_is_renewed_once(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.token = "another"
    assert (await car.fetch_status()).soc_percent == 61
    assert (scene.car.calls["token"], scene.car.calls["status"]) == (2, 2)
    refuse = lambda _: web.json_response({"error": "invalid_token"}, status=401)  # noqa: E731 - twice the same
    scene.car.replies["status"] = [refuse, refuse]
    with pytest.raises(SignInRequired):
        await car.fetch_status()
    assert (scene.car.calls["token"], scene.car.calls["status"]) == (3, 4)


async def test_token_that_is_refused_by_an_error_with_status_200_is_renewed(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.replies["status"] = [lambda _: web.json_response({"error": {"code": 401, "description": "who?"}})]
    assert (await car.fetch_status()).soc_percent == 61
    assert (scene.car.calls["token"], scene.car.calls["status"]) == (2, 2)


async def test_many_at_once_sign_in_once(scene: Scene) -> None:
    car = await car_of(scene)
    scene.clock.advance(minutes=24 * 60)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(car.fetch_status())
    assert scene.car.calls["token"] == 2


ODD_BODIES = (b"", b"null", b"[]", b"{}", b"7", b'"text"', b"<html>", b"\xff\xfe", b"[" * 5000, b'{"error": []}')


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:8]))
@pytest.mark.parametrize("status", [200, 204, 301, 400, 500])
async def test_odd_answer_is_a_value_or_an_error_of_ours(scene: Scene, body: bytes, status: int) -> None:
    car = await car_of(scene)
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "status": car.fetch_status,
        "lastTrip": car.fetch_last_trip,
        "allTrips": car.fetch_all_trips,
        "chargingprofile": car.fetch_charging_profile,
        "destinations": car.fetch_destinations,
        "rangemap": car.fetch_range_map,
        "dynamic": car.fetch_dynamic,
        "navigation": car.fetch_navigation,
        "efficiency": car.fetch_efficiency,
        "serviceExecutionHistory": car.fetch_history,
        "vehicles": scene.iremote.fetch_vehicles,
        "executeService": lambda: states(car.lock()),
    }
    for name, ask in asked.items():
        scene.car.replies[name] = [lambda _: web.Response(status=status, body=body)] * 3
        with suppress(BimmerhubError):
            await ask()
        scene.car.replies[name] = []
    assert scene.car.calls["executeService"] == 1


@pytest.mark.parametrize(
    ("reply", "kind", "hint"),
    [
        (lambda _: error("A-101"), BmwRefused, "near"),
        (lambda _: error("A-2012"), BmwRefused, "nothing of this kind"),
        (lambda _: error("I-300"), BmwUnavailable, "try again later"),
        (lambda _: web.Response(status=410, text="<html>Payara</html>"), BmwRefused, "switched i Remote off"),
        (lambda _: web.Response(status=403), BmwRefused, "no longer gives out"),
        (lambda _: web.Response(status=404), BmwRefused, "region"),
        (lambda _: web.Response(status=405), BmwRefused, "switched off for this car"),
        (lambda _: web.Response(status=408), BmwUnavailable, "coverage"),
        (lambda _: web.Response(status=423), BmwRefused, "locked the account"),
        (lambda _: web.Response(status=503), BmwUnavailable, "maintenance"),
        (lambda _: web.Response(status=500, text="INTERNAL SERVER ERROR"), BmwUnavailable, ""),
        (lambda _: web.Response(status=429, headers={"Retry-After": "9"}), RateLimited, ""),
        (lambda _: web.Response(text="<html>"), BmwUnavailable, ""),
        (lambda _: error("A-2012", 200), BmwRefused, "nothing of this kind"),
    ],
)
async def test_errors_say_what_to_do(
    scene: Scene, reply: Callable[[web.Request], web.Response], kind: type[Exception], hint: str
) -> None:
    car = await car_of(scene)
    scene.car.replies["status"] = [reply] * 5
    with pytest.raises(kind) as caught:
        await car.fetch_status()
    assert hint in (getattr(caught.value, "hint", None) or "")
    assert VIN not in str(caught.value)


async def test_question_is_asked_again_when_bmw_fails(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.replies["status"] = [lambda _: web.Response(status=500), lambda _: web.Response(status=502)]
    assert (await car.fetch_status()).soc_percent == 61


async def test_life_of_a_command(scene: Scene) -> None:
    car = await car_of(scene)
    assert await states(car.flash_lights(count=2)) == ["sending", "initiated", "pending", "delivered", "executed"]
    assert scene.car.forms[-1] == {"serviceType": "LIGHT_FLASH", "count": "2"}
    assert scene.car.queries["serviceExecutionStatus"] == {"serviceType": "LIGHT_FLASH"}
    assert scene.car.calls["executeService"] == 1


@pytest.mark.parametrize(
    ("command", "form"),
    [
        (lambda car: car.lock(), {"serviceType": "DOOR_LOCK"}),
        (lambda car: car.unlock(), {"serviceType": "DOOR_UNLOCK"}),
        (lambda car: car.unlock(secret_answer="blue"), {"serviceType": "DOOR_UNLOCK", "bmwSkAnswer": "blue"}),
        (lambda car: car.blow_horn(force=True), {"serviceType": "HORN_BLOW"}),
        (lambda car: car.flash_lights(), {"serviceType": "LIGHT_FLASH"}),
        (lambda car: car.start_climate(), {"serviceType": "CLIMATE_NOW"}),
        (lambda car: car.charge_now(), {"serviceType": "CHARGE_NOW"}),
        (lambda car: car.find(), {"serviceType": "VEHICLE_FINDER"}),
    ],
)
async def test_forms_of_the_commands(scene: Scene, command: Callable[["Vehicle"], Life], form: dict[str, str]) -> None:
    scene.car.words = ["EXECUTED"]
    assert await states(command(await car_of(scene))) == ["sending", "executed"]
    assert scene.car.forms[-1] == form


async def test_what_the_car_cannot_do_is_not_sent(scene: Scene) -> None:
    car = await car_of(scene)
    with pytest.raises(BmwRefused, match="hornBlow NOT_SUPPORTED") as caught:
        await states(car.blow_horn())
    assert (caught.value.code, caught.value.note) == (NOT_CAPABLE, "hornBlow")
    assert scene.car.calls["executeService"] == 0


async def test_charging_wants_a_plug(scene: Scene) -> None:
    scene.car.status["connectionStatus"] = "DISCONNECTED"
    scene.car.words = ["EXECUTED"]
    car = await car_of(scene)
    with pytest.raises(BmwRefused, match="nothing is plugged in") as caught:
        await states(car.charge_now())
    assert caught.value.code == NOT_PLUGGED_IN
    assert scene.car.calls["executeService"] == 0
    assert await states(car.charge_now(force=True)) == ["sending", "executed"]


async def test_secret_answer_is_asked_for(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.replies["executeService"] = [lambda _: error("A-2013")]
    with pytest.raises(BmwRefused) as caught:
        await states(car.unlock())
    assert caught.value.code == "A-2013"
    assert "secret_answer" in (caught.value.hint or "")
    assert scene.car.calls["executeService"] == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, ""),
        (502, ""),
        (504, ""),
        (200, "<html>Welcome"),
        (200, ""),
        (200, "{}"),
        (200, '{"executionStatus": {}}'),
        (200, '{"error": {"code": 500, "description": "busy"}}'),
    ],
)
async def test_command_whose_answer_is_lost_is_unknown(scene: Scene, status: int, body: str) -> None:
    """BMW would tell of the command before it, which was carried out."""
    car = await car_of(scene)
    assert (await states(car.lock()))[-1] == "executed"
    scene.car.calls.clear()
    scene.car.replies["executeService"] = [lambda _: web.Response(status=status, text=body)]
    assert await states(car.lock()) == ["sending", "unknown"]
    assert scene.car.calls["executeService"] == 1


async def test_command_before_which_the_sign_in_is_lost_was_not_sent(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.token = "another"
    scene.car.replies["token"] = [lambda _: web.Response(text="<html>")]
    with pytest.raises(BmwUnavailable) as caught:
        await states(car.lock())
    assert not isinstance(caught.value, AnswerLost)
    assert scene.car.calls["executeService"] == 1  # refused for its token, so not done


async def test_command_under_maintenance_is_not_taken(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.replies["executeService"] = [lambda _: web.Response(status=503)]
    with pytest.raises(BmwUnavailable):
        await states(car.lock())
    assert scene.car.calls["executeService"] == 1


async def test_server_panic_is_waited_out_and_superseded_is_told(scene: Scene) -> None:
    car = await car_of(scene)
    scene.car.replies["serviceExecutionStatus"] = [lambda _: error("I-300"), lambda _: web.Response(text="<html>")]
    assert await states(car.lock()) == ["sending", "initiated", "pending", "delivered", "executed"]
    scene.car.words = ["PENDING", "DELIVERED"]
    words = []
    async for progress in car.lock():
        words.append(str(progress.state))
        if progress.state == "delivered":
            scene.car.event_id = "another@bmw.de"
    assert words == ["sending", "pending", "delivered", "superseded"]


async def test_refusal_shows_no_vin(scene: Scene) -> None:
    car = await car_of(scene)
    words = {"error": {"code": 404, "description": f"(SmartPhoneUtil-A-2012) No status for {VIN}."}}
    scene.car.replies["status"] = [lambda _: web.json_response(words, status=404)]
    with pytest.raises(BmwRefused, match="No status for …0001"):
        await car.fetch_status()


async def test_word_of_a_refusal_is_one_short_line_without_a_vin(scene: Scene) -> None:
    car = await car_of(scene)
    word = f"no {VIN}\n\x1b[31m2026-01-01 INFO all is well{'!' * 5000}"
    scene.car.replies["status"] = [lambda _: web.json_response({"error": word}, status=404)]
    with pytest.raises(BmwRefused, match=r"no …0001 \[31m2026-01-01 INFO") as caught:
        await car.fetch_status()
    assert len(str(caught.value)) < 120
    assert len(caught.value.code or "") <= 60


async def test_slow_car_times_out(scene: Scene) -> None:
    scene.car.words = ["PENDING"]
    begun_s = scene.clock.elapsed_s()
    assert await states((await car_of(scene)).find()) == ["sending", "pending", "timed_out"]
    assert scene.clock.elapsed_s() - begun_s == 240


async def test_second_command_of_a_type_waits_for_the_first(scene: Scene) -> None:
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
    scene.car.words = ["DELIVERED", "EXECUTED"]
    assert await states(car.follow(taken)) == ["delivered", "executed"]
    assert scene.car.calls["executeService"] == 1


async def test_destination_and_message(scene: Scene) -> None:
    car = await car_of(scene)
    poi = PointOfInterest(latitude_deg=48.2, longitude_deg=11.6, name="Werk", phone_numbers=("1", "2"))
    assert await states(car.send_poi(poi)) == ["sending", "executed"]
    assert poi_of(scene.car.forms[-1]) == {
        "lat": 48.2,
        "lon": 11.6,
        "name": "Werk",
        "phoneNumbers": ["1", "2"],
        "rating": -1,
    }
    assert await states(car.send_message(TextMessage(subject="Hello", text="World"))) == ["sending", "executed"]
    assert poi_of(scene.car.forms[-1]) == {"name": "Hello", "additionalInfo": "World"}
    scene.car.replies["sendpoi"] = [lambda _: web.Response(text="<html>Welcome")]
    assert await states(car.send_poi(poi)) == ["sending", "unknown"]
    with pytest.raises(ConfigError, match="255"):
        TextMessage(subject="Hello", text="x" * 256)
    with pytest.raises(ConfigError, match="no place"):
        PointOfInterest(latitude_deg=91, longitude_deg=0)


UNSHOWN = ["a\x00b", "a\tb", "a\rb", "a\x1b[1mb", "a\x85b", "a\ud800b", "a\u2028b"]
PLACE = PointOfInterest(latitude_deg=0, longitude_deg=0)


@pytest.mark.parametrize("text", UNSHOWN, ids=ascii)
def test_text_that_no_car_can_show_is_refused_by_its_field(text: str) -> None:
    for name in ("name", "additional_info", "street", "city", "postal_code", "country", "website"):
        change: dict[str, Any] = {name: text}
        with pytest.raises(ConfigError, match=f"^{name} has a control character"):
            replace(PLACE, **change)
    with pytest.raises(ConfigError, match=r"^phone_numbers has a control character"):
        replace(PLACE, phone_numbers=("1", text))
    with pytest.raises(ConfigError, match=r"^subject has a control character"):
        TextMessage(subject=text, text="World")
    with pytest.raises(ConfigError, match=r"^text has a control character"):
        TextMessage(subject="Hello", text=text)
    with pytest.raises(ConfigError, match=r"^secret has a control character") as refused:
        CommandOrder(kind=CommandKind.UNLOCK, secret=text)
    assert text not in str(refused.value)


def test_text_of_any_language_and_lines_of_a_message_are_taken() -> None:
    for text in ("Straße 1", "نص\u200f", "می\u200cخواهم", "👨\u200d👩\u200d👧", "東京"):
        assert replace(PLACE, name=text).name == text
        assert TextMessage(subject=text, text=f"{text}\n{text}").subject == text
    with pytest.raises(ConfigError, match=r"^subject"):
        TextMessage(subject="two\nlines", text="World")


async def test_orders_of_any_kind(scene: Scene) -> None:
    scene.car.words = ["EXECUTED"]
    car = await car_of(scene)
    poi = PointOfInterest(latitude_deg=48.2, longitude_deg=11.6)
    orders = {
        CommandKind.LOCK: CommandOrder(kind=CommandKind.LOCK),
        CommandKind.UNLOCK: CommandOrder(kind=CommandKind.UNLOCK, secret="blue"),
        CommandKind.LIGHTS: CommandOrder(kind=CommandKind.LIGHTS, count=3),
        CommandKind.HORN: CommandOrder(kind=CommandKind.HORN),
        CommandKind.CLIMATE_START: CommandOrder(kind=CommandKind.CLIMATE_START),
        CommandKind.CHARGE_NOW: CommandOrder(kind=CommandKind.CHARGE_NOW),
        CommandKind.FIND: CommandOrder(kind=CommandKind.FIND),
        CommandKind.POI: CommandOrder(kind=CommandKind.POI, destination=poi),
        CommandKind.MESSAGE: CommandOrder(kind=CommandKind.MESSAGE, message=TextMessage(subject="a", text="b")),
        CommandKind.CHARGING_PROFILE: CommandOrder(
            kind=CommandKind.CHARGING_PROFILE, profile=encode_charging_profile(await car.fetch_charging_profile())
        ),
    }
    for order in orders.values():
        assert (await states(car.carry_out(order, force=True)))[-1] == "executed"
    assert [form.get("serviceType", "poi") for form in scene.car.forms[1:]] == [
        "DOOR_LOCK",
        "DOOR_UNLOCK",
        "LIGHT_FLASH",
        "HORN_BLOW",
        "CLIMATE_NOW",
        "CHARGE_NOW",
        "VEHICLE_FINDER",
        "poi",
        "poi",
        "CHARGING_CONTROL",
    ]
    others = {CommandKind.CLIMATE_STOP, CommandKind.CHARGE_STOP, CommandKind.CHARGING_SETTINGS}
    assert orders.keys() == set(CommandKind) - others
    with pytest.raises(BmwRefused, match="no service"):
        await states(car.carry_out(CommandOrder(kind=CommandKind.CLIMATE_STOP), force=True))
    with pytest.raises(ConfigError, match="nothing to send"):
        CommandOrder(kind=CommandKind.POI)


async def test_capabilities_name_bmws_field_and_word(scene: Scene) -> None:
    del scene.car.vehicle["vehicleFinder"]
    capabilities = (await car_of(scene)).capabilities()
    horn, lock, finder = (capabilities[kind] for kind in (CommandKind.HORN, CommandKind.LOCK, CommandKind.FIND))
    assert (horn.field, horn.word, horn.is_possible) == ("hornBlow", "NOT_SUPPORTED", False)
    assert (lock.word, lock.is_possible) == ("ACTIVATED", True)
    assert (finder.word, finder.is_possible) == (None, None)
    assert CommandKind.CHARGE_NOW not in capabilities


async def test_charging_profile_is_read_changed_and_written_back(scene: Scene) -> None:
    scene.car.words = ["EXECUTED"]
    car = await car_of(scene)
    profile = await car.fetch_charging_profile()
    await states(car.set_charging_profile(profile))
    assert scene.car.forms[-1]["serviceType"] == "CHARGING_CONTROL"
    assert json.loads(scene.car.forms[-1]["data"]) == {"weeklyPlanner": WEEKLY}
    changed = profile.with_timer("timer_3", departure_time="08:15", is_enabled=True, weekdays=[Weekday.SUNDAY])
    await states(car.set_charging_profile(changed))
    sent = json.loads(scene.car.forms[-1]["data"])["weeklyPlanner"]
    assert sent == WEEKLY | {"timer3": {"departureTime": "08:15", "timerEnabled": True, "weekdays": ["SUNDAY"]}}


async def test_profile_of_two_timers(scene: Scene) -> None:
    scene.car.words = ["EXECUTED"]
    text = json.dumps({"twoTimesTimer": TWO_TIMERS}).replace("}}", "},}")  # the documentation's comma too many
    scene.car.replies["chargingprofile"] = [lambda _: web.Response(text=text)]
    car = await car_of(scene)
    profile = await car.fetch_charging_profile()
    assert profile.charging_start is ChargingStart.IMMEDIATE
    await states(car.set_charging_profile(profile))
    assert json.loads(scene.car.forms[-1]["data"]) == {"twoTimesTimer": TWO_TIMERS}
    with pytest.raises(ConfigError, match="no timer_3"):
        profile.with_timer("timer_3", is_enabled=True)
    with pytest.raises(ConfigError, match="no weekdays"):
        profile.with_timer("timer_1", weekdays=[Weekday.MONDAY])
    with pytest.raises(ConfigError, match="no time"):
        profile.with_timer("timer_1", departure_time="7:30")


async def test_app_key_is_the_users_setting(scene: Scene) -> None:
    async with IRemote(tokens=scene.store, endpoints=Endpoints(api_url=scene.url), login=LOGIN) as without:
        with pytest.raises(ConfigError, match="key and secret"):
            await without.fetch_vehicles()
    page = Endpoints(api_url=scene.url, auth_url=scene.url, grant="implicit", app=App(client_id="c"))
    async with IRemote(tokens=scene.store, endpoints=page, login=LOGIN) as without:
        with pytest.raises(ConfigError, match="redirect address"):
            await without.fetch_vehicles()
    assert scene.car.calls["token"] == 0


async def test_sign_in_as_the_page(scene: Scene) -> None:
    def redirect(_: web.Request) -> web.Response:
        scene.car.token = "tok-p"
        return web.Response(status=302, headers={"Location": "https://p.example/x#expires_in=3599&access_token=tok-p"})

    scene.car.replies["authenticate"] = [redirect]
    app = App(client_id="c", redirect_uri="https://p.example/x")
    page = Endpoints(api_url=scene.url, auth_url=scene.url, grant="implicit", app=app)
    async with IRemote(tokens=scene.store, endpoints=page) as iremote:
        await iremote.sign_in(LOGIN)
        assert len(await iremote.fetch_vehicles()) == 1
    assert scene.car.forms[0]["redirect_uri"] == "https://p.example/x"


def test_regions_and_hosts() -> None:
    assert Endpoints().api_url == Endpoints().auth_url == "https://b2vapi.bmwgroup.com"
    assert Endpoints(region=Region.NORTH_AMERICA).api_url == "https://b2vapi.bmwgroup.us"
    assert Endpoints(region=Region.CHINA).api_url == "https://b2vapi.bmwgroup.cn:8592"
    assert Endpoints(grant="implicit").auth_url == "https://customer.bmwgroup.com"
    old = Endpoints(token_path="webapi/oauth/token/")
    assert (old.token_path, old.scopes) == ("/webapi/oauth/token/", ("remote_services", "vehicle_data"))
    assert Endpoints().scopes == ("authenticate_user", "vehicle_data", "remote_services")
    assert Endpoints(scopes=("one",)).scopes == ("one",)
    assert Endpoints().are_bmws
    assert not Endpoints(api_url="http://127.0.0.1:8090", auth_url="http://127.0.0.1:8090").are_bmws
    with pytest.raises(ConfigError):
        Endpoints(api_url="nowhere")


NOW_MS = 1_785_153_600_000


def write(path: Path, **fields: object) -> Path:
    path.write_text(json.dumps(fields), "utf-8")
    return path


def test_credentials_of_old_programs(tmp_path: Path) -> None:
    login = {"username": "anna@example.org", "password": "secret word"}
    file = tmp_path / "credentials.json"
    later_s = NOW_MS / 1000 + 3600.5
    new = read_credentials(
        write(file, **login, auth_basic="YXBwOnNlY3JldA==", access_token="tok", token_expiry=later_s), now_ms=NOW_MS
    )
    assert new.login == LOGIN
    assert new.app_key is not None
    assert (new.app_key.key, new.app_key.secret) == ("app", "secret")
    assert new.tokens is not None
    assert new.tokens.access_expires_at_ms == NOW_MS + 3_600_000
    old = read_credentials(
        write(file, **login, Authorization_Basic="YXBwOnNlY3JldA==", access_token="tok", time=[later_s]), now_ms=NOW_MS
    )
    assert old == new
    encoded = {"username": "anna%40example.org", "password": "secret+word"}
    assert (
        read_credentials(write(file, **encoded, Authorization_Basic="YXBwOnNlY3JldA=="), now_ms=NOW_MS).login == LOGIN
    )
    assert read_credentials(write(file, **encoded), now_ms=NOW_MS).login.password == "secret+word"
    past = read_credentials(write(file, **login, access_token="tok", token_expiry=1.0), now_ms=NOW_MS)
    assert (past.tokens, past.app_key) == (None, None)
    for text in ("{}", "[]", "no JSON"):
        file.write_text(text, "utf-8")
        with pytest.raises(ConfigError):
            read_credentials(file, now_ms=NOW_MS)
    with pytest.raises(ConfigError):
        read_credentials(tmp_path / "missing.json", now_ms=NOW_MS)


async def test_state_of_a_car_that_moved_to_the_app(scene: Scene) -> None:
    """A status without anything but its time is a state; see STATUS for a full one."""
    scene.car.status = {"vin": VIN, "updateTime": STATUS["updateTime"], "position": {"status": "DRIVER_DISABLED"}}
    state = await (await car_of(scene)).fetch_status()
    assert (state.soc_percent, state.position and state.position.status) == (None, "DRIVER_DISABLED")
