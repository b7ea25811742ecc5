"""The file of `bimmerhub emulator --accounts`: owners with their clients and cars, in TOML.

    [[account]]
    user = "anna@example.com"
    cars = ["bev", "ice"]

    [[account]]
    user = "ben@example.com"
    services = ["stream"]               # of "api" and "stream"; both if left out
    cars = ["phev"]
    secondary = ["bev"]                 # Anna's, which Ben sees and gets no data of
    delegate_of = ["anna@example.com"]  # may approve programs for her
    region = "row"                      # "na" or "cn": older services of the others do not know him; all if left out

    [[provider]]                        # a service provider, whose client any owner can sign in with (inferred)
    client_id = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
    name = "Garage Miller"              # what an owner reads before consenting
    purpose = "Tell you when a service is due"
    descriptors = ["vehicle.vehicle.travelledDistance"]  # what it is to; all that its containers name if left out
    containers_of = "owner"             # or "provider": one container is good for every owner
    calls_of = "owner"                  # or "provider": its calls are counted apart from the owner's own
    withdrawn_answer = "401"            # or "CU-104", "CU-105": what a provider sees after a withdrawal

`password` is "emulator" if left out; `gcid` and `client_id` are made from the user, the same each time.
"""

import tomllib
import uuid
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.cars import MODELS
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.owners.emulated_accounts import (
    EmulatedAccount,
    Holder,
    ProviderClient,
    Service,
    WithdrawalAnswer,
)
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Gcid

_HINT = "docs/reference/emulator.md shows such a file."
_ALL_SERVICES = frozenset(Service)


class _Account(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    user: str
    password: str = "emulator"  # noqa: S105 - of a made-up account
    gcid: uuid.UUID | None = None
    client_id: uuid.UUID | None = None
    services: frozenset[Service] = _ALL_SERVICES
    cars: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    delegate_of: tuple[str, ...] = ()
    region: UserRegion | None = None


class _Provider(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    client_id: uuid.UUID
    services: frozenset[Service] = _ALL_SERVICES
    name: str = ""
    purpose: str = ""
    descriptors: tuple[str, ...] = ()
    containers_of: Holder = Holder.OWNER
    calls_of: Holder = Holder.OWNER
    withdrawn_answer: WithdrawalAnswer = WithdrawalAnswer.TOKENS


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    account: tuple[_Account, ...]
    provider: tuple[_Provider, ...] = ()


def load_accounts(path: Path) -> tuple[tuple[EmulatedAccount, ...], tuple[ProviderClient, ...]]:
    """Return the accounts and service providers of a file, in its order; ConfigError in words for a wrong one."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        _check(file)
    except OSError as error:
        raise ConfigError(f"cannot read the accounts {path}: {error.strerror}", hint="Name another file.") from error
    except (ValueError, RecursionError) as error:  # what is not UTF-8, not TOML, or does not fit together
        raise ConfigError(f"{path}: {error}", hint=_HINT) from error
    gcids = {account.user: _gcid_of(account) for account in file.account}
    accounts = tuple(
        EmulatedAccount(
            user=account.user,
            password=account.password,
            gcid=gcids[account.user],
            client_id=_client_id_of(account),
            services=account.services,
            models=account.cars,
            secondary_models=account.secondary,
            delegate_of=frozenset(gcids[owner] for owner in account.delegate_of),
            region=account.region,
        )
        for account in file.account
    )
    providers = tuple(
        ProviderClient(**(msgspec.structs.asdict(provider) | {"client_id": str(provider.client_id)}))
        for provider in file.provider
    )
    return accounts, providers


def _check(file: _File) -> None:
    """Raise ValueError where accounts do not fit together."""
    if not file.account:
        raise ValueError("there is no account")
    users = [account.user for account in file.account]
    cars = [car for account in file.account for car in account.cars]
    clients = [_client_id_of(account) for account in file.account] + [
        str(provider.client_id) for provider in file.provider
    ]
    _check_unique("user", [user.casefold() for user in users])
    _check_unique("gcid", [_gcid_of(account) for account in file.account])
    _check_unique("client_id", clients)
    _check_unique("car", cars, hint="a car has one main user: name it under `secondary` of the others")
    _check_known("car", cars, MODELS)
    for account in file.account:
        _check_known("secondary car", account.secondary, [car for car in cars if car not in account.cars])
        _check_known("owner", account.delegate_of, [user for user in users if user != account.user])
    for provider in file.provider:
        unknown = next((key for key in provider.descriptors if key not in official_keys()), None)
        if unknown is not None:
            raise ValueError(f"{unknown!r} is no descriptor of BMW's catalogue")


def _check_unique(what: str, names: list[str], *, hint: str = "each is one account's") -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"the {what} {twice} comes twice: {hint}")


def _check_known(what: str, names: Iterable[str], there: Iterable[str]) -> None:
    choices = sorted(there)
    unknown = next((name for name in names if name not in choices), None)
    if unknown is not None:
        raise ValueError(f"there is no {what} {unknown!r}; there are {', '.join(choices) or 'none'}")


def _gcid_of(account: _Account) -> Gcid:
    return Gcid(str(account.gcid or uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{account.user}")))


def _client_id_of(account: _Account) -> str:
    return str(account.client_id or uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{account.user}?client"))
