"""How BMW answers an account, beside how the emulator does: what is asked, what it costs, and the recordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_access.hub_client import Request
from bimmerhub.cli.hub_access.reach_hub import reach_hub
from bimmerhub.cli.reads import public
from bimmerhub.cli.reads.cars import find_vehicle
from bimmerhub.cli.reads.hub_or_store import naming_demo, read, require_data
from bimmerhub.cli.reads.port import Reads
from bimmerhub.cli.reporting.emulated_answers import record_emulator
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.vehicle import PRIMARY
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.hub.reporting.wire_comparison import find_differences
from bimmerhub.hub.reporting.wire_recorder import askable
from bimmerhub.views.cars.vehicles import VehicleAnswer
from bimmerhub.views.wire import WireAnswer

RECORDED_WITHIN_S: Final = 900.0


class WireReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: how BMW answered, how the emulator did, and where they differ."""

    bmw: WireAnswer
    emulator: WireAnswer
    differences: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WirePlan:
    """What a recording would ask, and what it costs: `calls_left` is None where nothing is counted."""

    account: str
    family: Family
    vin: str | None
    drivetrain: str | None
    questions: int
    calls_left: int | None


def plan_wire(options: Options, car: str | None) -> WirePlan:
    """Return what would be asked; ConfigError when no account is known, or its calls do not suffice."""

    async def work(reads: Reads) -> WirePlan:
        accounts = (await reads.read(public.accounts())).items
        name = options.known_account([account.name for account in accounts])
        account = next(account for account in accounts if account.name == name)
        family = Family(account.family)
        if not account.signed_in:
            raise SignInRequired(f"the account {name} is not signed in", hint=f"First: {family.login_command(name)}")
        vehicles = (await reads.read(public.vehicles())).items
        vehicle = _choose(vehicles, name) if car is None else await find_vehicle(options, reads, car)
        quotas = {quota.account: quota for quota in (await reads.read(public.quotas())).items}
        plan = WirePlan(
            account=name,
            family=family,
            vin=None if vehicle is None else vehicle.vin,
            drivetrain=None if vehicle is None else vehicle.drivetrain,
            questions=len(askable(family)),
            calls_left=quotas[name].remaining if name in quotas else None,
        )
        if plan.calls_left is not None and plan.calls_left < plan.questions:
            raise ConfigError(
                f"{plan.questions} calls are needed, and {plan.calls_left} of the day's are left",
                hint="They come back at 00:00 UTC.",
            )
        return plan

    with naming_demo(options):
        require_data(options.settings())
        return read(options, work)


def _choose(vehicles: Sequence[VehicleAnswer], account: str) -> VehicleAnswer | None:
    """Return a car of an account, one that BMW gives its data of if there is any."""
    own = [vehicle for vehicle in vehicles if account in {seen.account for seen in vehicle.accounts}]
    given = [vehicle for vehicle in own if (vehicle.account, vehicle.mapping) == (account, PRIMARY)]
    return next(iter([*given, *own]), None)


async def record_wire(options: Options, plan: WirePlan, *, stream_s: float) -> WireReport:
    """Ask BMW, then the emulator, and return both with their differences; errors as the hub's API has them."""
    settings = options.settings()
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        query = {"stream_s": f"{stream_s:g}"} | ({} if plan.vin is None else {"vin": plan.vin})
        request = Request(method="POST", path=f"accounts/{plan.account}/wire", query=query)
        bmw = await client.send(request, WireAnswer, within_s=RECORDED_WITHIN_S)
    emulator = await record_emulator(plan.family, drivetrain=plan.drivetrain, stream_s=stream_s)
    return WireReport(bmw=bmw, emulator=emulator, differences=find_differences(bmw, emulator))
