"""Every known word of i Remote's and the portal's answers: a car says it, or it stands below with the reason."""

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from tests.families.conftest import BEV, DEVICE_TIME, ICE, PHEV, Scene, SceneOf
from tools.families.endpoint_facts import EndpointFacts
from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE

from bimmerhub.emulator.cars import MODELS
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Vin

pytestmark = pytest.mark.slow
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_SIDES = ("Driver", "Passenger")
NEVER_SAID: Mapping[str, str] = {
    "vehicles.chargeNow ACTIVATED": "BMW says NOT_SUPPORTED of cars that charge on command",
    "vehicles.climateControlRES DEPARTURE_TIMER": "an engine is started at once",
    "vehicles.countryCode V6": "which country it is, is not known",
    "vehicles.smartSolution ACTIVATED": "what it is, is not known",
    **dict.fromkeys(
        [f"status.{part} INVALID" for part in ("doorDriverFront", "doorPassengerFront", "hood", "trunk")]
        + [f"status.window{side}Front INVALID" for side in _SIDES],
        "every car that tells its state has these",
    ),
    **dict.fromkeys(
        [f"status.window{side}{row} OPEN_TILT" for side in _SIDES for row in ("Front", "Rear")]
        + [f"dynamic.window_{side.lower()}_{row} OPEN_TILT" for side in _SIDES for row in ("front", "rear")],
        "roofs tilt, side windows do not",
    ),
    "efficiency.lifeTimeList[].unit NONE": "its row without a unit lacks the key",
    **dict.fromkeys(
        [f"serviceExecutionHistory.{word}" for word in ("client CDP", "client SmartPhone", "status ERROR")]
        + ["serviceExecutionHistory.status EXECUTED"],
        "when BMW says it is not known",
    ),
}


def values_at(document: Any, path: list[str]) -> Iterator[Any]:
    """Yield what stands at a path of a JSON document, of lists that of each item."""
    if not path:
        yield from document if isinstance(document, list) else [document]
        return
    name, *rest = path
    key = name.removesuffix("[]")
    inner = document.get(key) if key and isinstance(document, dict) else document if not key else None
    for item in inner if isinstance(inner, list) else [inner]:
        if item is not None:
            yield from values_at(item, rest)


def words_in(exchanges: list[Exchange], facts: EndpointFacts) -> dict[str, set[Any]]:
    """Return what was said in each field of an answer."""
    method, _, path = facts.request.partition(" ")
    pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "/?")
    said: dict[str, set[Any]] = defaultdict(set)
    for exchange in exchanges:
        if exchange.method != method or exchange.status != 200 or not pattern.fullmatch(exchange.path):
            continue
        with suppress(ValueError):
            document = json.loads(exchange.response_body)
            for field in facts.words:
                said[field].update(values_at(document, (facts.prefix + field).split(".")))
    return said


async def look(scene: Scene, *vins: Vin) -> None:
    for vin in vins:
        await scene.ask("status", vin)
        await scene.ask("dynamic", vin)
        for name in ("executionStatus", "remoteServiceEvent"):
            with suppress(BimmerhubError):
                await scene.ask(name, vin)


Look = Callable[..., Awaitable[None]]
"""Looks at some cars of a scene."""


async def do(scene: Scene, vin: Vin, name: str, *, then_s: float, **arguments: Any) -> None:
    """Have something done with a car, unless what its people did meanwhile makes that impossible."""
    with suppress(ValueError):
        await scene.command(vin, name, then_s=then_s, **arguments)


async def live(scene: Scene, look: Look = look) -> None:
    """Let three cars go through what cars go through, and look at them after each step."""
    await look(scene, BEV, PHEV, ICE)
    steps: list[tuple[str, float, dict[str, Any]]] = []
    for what in ("row1.driver", "row2.driver", "row1.passenger", "row2.passenger", "hood", "trunk"):
        steps += [("open", 1, {"what": what, "how": how}) for how in ("ajar", "open")] + [("close", 1, {"what": what})]
    for row in ("row1", "row2"):
        for side in ("driver", "passenger"):
            what = f"window.{row}.{side}"
            steps += [("open", 1, {"what": what, "how": how}) for how in ("ajar", "open")]
    steps += [("open", 1, {"what": "sunroof", "how": how}) for how in ("tilted", "ajar", "open")]
    steps += [("light", 1, {"side": side}) for side in ("left", "right", "both", "off")]
    steps += [("flash_lights", 0, {}), ("plug_in", 5, {}), ("unplug", 5, {})]
    steps += [("unlock", 1, {"drivers_door_only": True}), ("unlock", 1, {}), ("lock", 1, {}), ("locate", 1, {})]
    steps += [("drive", 600, {"km": 12}), ("stop", 5, {}), ("warn", 1, {}), ("miss_service", 1, {})]
    steps += [("charge", 120, {"soc_percent": 60}), ("pause_charging", 60, {}), ("stop_charging", 30, {})]
    steps += [("charge", 400, {"soc_percent": 30}), ("interrupt_charging", 2400, {}), ("disrupt_charging", 5, {})]
    steps += [("unplug", 5, {}), ("charge", 120, {"soc_percent": 40}), ("fail_charging", 5, {}), ("unplug", 5, {})]
    steps += [("charge", 7200, {"soc_percent": 99.0})]
    for name, then_s, arguments in steps:
        await do(scene, BEV, name, then_s=then_s, **arguments)
        await look(scene, BEV)
    await do(scene, BEV, "unplug", then_s=5)
    await do(scene, BEV, "charge", soc_percent=20, then_s=60)
    await live_on(scene, hours=0.25, times=4, look=look)


async def live_on(scene: Scene, *, hours: float, times: int, look: Look = look) -> None:
    """Look at a car each few hours, whatever its people do."""
    for _ in range(times):
        scene.emulator.clock.jump(by_ms=round(hours * 3_600_000))
        await scene.emulator.catch_up()
        await look(scene, BEV)


async def command_and_set(scene: Scene) -> None:
    """Send commands that come to each of their ends, and set charging profiles of both kinds."""
    for vin, service, switches in (
        (BEV, "LIGHT_FLASH", ("command-initiated",)),
        (BEV, "DOOR_LOCK", ("command-not-executed",)),
        (BEV, "DOOR_UNLOCK", ("command-times-out",)),
        (PHEV, "LIGHT_FLASH", ()),
    ):
        for switch in switches:
            scene.emulator.faults.switch_on(FaultSwitch(name=switch, times=1))
        await scene.iremote.rest.execute(vin, {"serviceType": service})
        for then_s in (0, 3, 3, 200):
            scene.emulator.clock.jump(by_ms=then_s * 1000)
            await scene.emulator.catch_up()
            await scene.iremote.rest.fetch_execution(vin, service)
            await scene.portal.rest.fetch_execution(vin)
            await scene.iremote.rest.fetch_history(vin)
            await scene.portal.rest.fetch_history(vin)
    for code in ("RLF", "RDL", "RDU", "RHB", "RCN", "RCT", "RCP"):
        await scene.portal.rest.execute(BEV, code)
        await scene.portal.rest.fetch_execution(BEV)
    await scene.iremote.rest.fetch_history(BEV)
    for vin, key in ((BEV, "weeklyPlanner"), (PHEV, "twoTimesTimer")):
        profile = json.loads(await scene.iremote.rest.fetch_charging_profile(vin))
        for mode, preferences in (("DELAYED_CHARGING", "CHARGING_WINDOW"), ("IMMEDIATE_CHARGING", "NO_PRESELECTION")):
            profile[key] |= {"chargingMode": mode, "chargingPreferences": preferences}
            for timer in ("timer1", "timer2", "timer3", "overrideTimer") if key == "weeklyPlanner" else ():
                profile[key][timer]["weekdays"] = list(WEEKDAYS)
            form = {"serviceType": "CHARGING_CONTROL", "data": json.dumps(profile)}
            await scene.iremote.rest.execute(vin, form)
            scene.emulator.clock.jump(by_ms=10_000)
            await scene.emulator.catch_up()
            await scene.iremote.rest.fetch_charging_profile(vin)
            await do(scene, vin, "plug_in", then_s=60)
            await look(scene, vin)
            await do(scene, vin, "unplug", then_s=5)
            if (vin, mode) == (BEV, "DELAYED_CHARGING"):
                await live_on(scene, hours=1, times=100)


async def switch_through(scene: Scene) -> None:
    """Look at a plugged car with each switch for words that no car has a reason for."""
    for switch in ("charging-started-spelt", "update-reason-unknown", "last-charge-unknown", "cyclic-recharging"):
        scene.emulator.faults.switch_on(FaultSwitch(name=switch))
        if switch == "charging-started-spelt":
            await do(scene, BEV, "charge", then_s=120, soc_percent=60)
        await scene.ask("status", BEV)
        if switch == "cyclic-recharging":
            await do(scene, BEV, "stop_charging", then_s=5)
            await scene.ask("status", BEV)
            await do(scene, BEV, "unplug", then_s=5)
            await do(scene, BEV, "charge", then_s=60, soc_percent=99.0)
            await live_on(scene, hours=0.1, times=12)
        scene.emulator.faults.switch_off(switch)
    scene.emulator.faults.switch_on(FaultSwitch(name="too-far-away"))
    await scene.ask("status", PHEV)


async def ask_what_they_are(scene: Scene) -> None:
    """Ask everything of every car, whatever kind it is."""
    await scene.iremote.rest.fetch_vehicles()
    await scene.portal.rest.fetch_vehicles()
    for vehicle in await scene.iremote.fetch_vehicles():
        vin = vehicle.vin
        await scene.iremote.rest.fetch_status(vin, device_time=DEVICE_TIME, near=(0.0, 0.0))
        await scene.portal.rest.fetch_dynamic(vin)
        await scene.portal.rest.fetch_services(vin)
        for name in ("navigation", "efficiency"):
            with suppress(BimmerhubError):
                await scene.iremote.rest.fetch_twin(name, vin)
        with suppress(BimmerhubError):
            await scene.iremote.rest.fetch_destinations(vin)
            await scene.iremote.rest.fetch_range_map(vin, device_time=DEVICE_TIME)


async def open_roofs(scene: Scene) -> None:
    await ask_what_they_are(scene)
    for code, what in (("530d", "rear_window"), ("cooper-s", "convertible_roof")):
        for how in ("tilted", "ajar", "open"):
            await do(scene, MODELS[code].vin, "open", what=what, how=how, then_s=1)
            await ask_what_they_are(scene)


async def test_every_word_is_said_or_known_to_be_never_said(scene_of: SceneOf) -> None:
    exchanges: list[Exchange] = []
    async with scene_of() as scene:
        await live(scene)
        await ask_what_they_are(scene)
        await do(scene, BEV, "unplug", then_s=5)
        await command_and_set(scene)
        await switch_through(scene)
        exchanges += scene.door.exchanges
    others = tuple(code for code in MODELS if code not in {"bev", "phev", "ice"})
    async with scene_of(accounts=(EmulatedAccount(models=others),)) as scene:
        await open_roofs(scene)
        exchanges += scene.door.exchanges
    for region in (UserRegion.NA, UserRegion.CN):
        async with scene_of(accounts=(EmulatedAccount(models=("phev",), region=region),)) as scene:
            await ask_what_they_are(scene)
            exchanges += scene.door.exchanges
    unsaid = {
        f"{facts.name}.{field} {word}"
        for facts in (*IREMOTE, *CONNECTEDDRIVE)
        for said in [words_in(exchanges, facts)]
        for field, words in facts.words.items()
        for word in words
        if word not in said[field]
    }
    assert unsaid == set(NEVER_SAID)
