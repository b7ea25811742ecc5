"""Which vehicle a command means: by its VIN or the end of it, among those of --account."""

from bimmerhub.cli.context import HOW_TO_BEGIN, Options, WrongUsage
from bimmerhub.cli.reads import public
from bimmerhub.cli.reads.port import Reads
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.views.cars.vehicles import VehicleAnswer


async def load_vehicles(options: Options, reads: Reads) -> list[VehicleAnswer]:
    """Return the vehicles in order of VIN, those of --account only; WrongUsage when there is no such account."""
    vehicles = (await reads.read(public.vehicles())).items
    if options.account is None:
        return vehicles
    account = options.only_account([account.name for account in (await reads.read(public.accounts())).items])
    return [vehicle for vehicle in vehicles if account in {seen.account for seen in vehicle.accounts}]


async def require_vehicles(options: Options, reads: Reads) -> list[VehicleAnswer]:
    """Return the vehicles (of --account) in order of VIN; ConfigError when there is none."""
    vehicles = await load_vehicles(options, reads)
    if not vehicles:
        raise await no_vehicle(options, reads)
    return vehicles


async def no_vehicle(options: Options, reads: Reads) -> ConfigError:
    """Return what says that no vehicle (of --account) is known yet, with the next step that brings one."""
    accounts = (await reads.read(public.accounts())).items
    named = [account for account in accounts if options.account in {None, account.name}]
    signed_in = [account for account in named if account.signed_in]
    by_password = [account for account in named if Family(account.family).takes_password]
    hint = HOW_TO_BEGIN
    asking = [account.name for account in signed_in if "api" in account.services]
    if asking:
        which = "" if len(accounts) == 1 else f" --account {asking[0]}"
        hint = f"Let the hub run (bimmerhub run), or ask BMW which there are: bimmerhub fetch mappings{which}"
    elif not signed_in and by_password and len(by_password) == len(named):
        hint = f"Sign in first: {Family(by_password[0].family).login_command(by_password[0].name)}"
    elif signed_in and all(account in by_password for account in signed_in):
        hint = "Let the hub run: it asks BMW for the account's cars: bimmerhub run"
    elif signed_in:
        hint = "Let the hub run (bimmerhub run): without CarData API a vehicle is known once it sends something."
    whose = "" if options.account is None else f" of the account {options.account}"
    return ConfigError(f"no vehicle{whose} is known yet", hint=hint)


async def find_vin(options: Options, reads: Reads, text: str | None) -> Vin:
    """Return the VIN of the one vehicle that `text` names, as `find_vehicle` says."""
    return Vin((await find_vehicle(options, reads, text)).vin)


async def find_vehicle(options: Options, reads: Reads, text: str | None) -> VehicleAnswer:
    """Return the one vehicle (of --account) whose VIN ends with `text`, or that has this key or name (None: the only).

    WrongUsage when it is not just one, ConfigError when there is none at all.
    """
    vehicles = await require_vehicles(options, reads)
    matching = [vehicle for vehicle in vehicles if text is None or _is_named(vehicle, text)]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(sorted(map(_name, vehicles)))
    if text is None:
        raise WrongUsage(f"there are several vehicles: {names}", hint="Name one by its VIN or the end of it")
    how_many = "several vehicles' VINs end" if matching else "no vehicle's VIN ends"
    raise WrongUsage(f"{how_many} with {text[-17:]!r}", hint=f"Known: {names}")


def _is_named(vehicle: VehicleAnswer, text: str) -> bool:
    words = [word.casefold() for word in (vehicle.key, vehicle.name) if word]
    return vehicle.vin.endswith(text.upper()) or text.casefold() in words


def _name(vehicle: VehicleAnswer) -> str:
    """Return the end of the VIN, by which a line names it, and what a person calls it."""
    what = vehicle.name or vehicle.model
    return f"{mask_vin(Vin(vehicle.vin))} ({what})" if what else mask_vin(Vin(vehicle.vin))
