"""The fictitious owners: a BMW account each, with its CarData client and its cars."""

from dataclasses import dataclass, field
from enum import StrEnum

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.ids import Gcid

FIRST_GCID = Gcid("11111111-2222-3333-4444-555555555555")


class Service(StrEnum):
    """What the portal lets an owner subscribe a client to; each one adds a scope (BMW's guide)."""

    API = "api"
    STREAM = "stream"


class MappingType(StrEnum):
    """How a car is mapped to an account: CarData gives its data to the PRIMARY one only (BMW's guide)."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedCar:
    """A car that an account has, since `since_ms` (milliseconds since 1970 UTC).

    `home` is the account whose garage simulates it, whoever has it now.
    """

    car: CarIdentity
    home: Gcid
    kind: MappingType
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedAccount:
    """One fictitious BMW account with its one CarData client and its cars.

    `user` and `password` are for the sign-in page. `client_id` is a lower-case UUID, as BMW's are. `services` is what
    the client is subscribed to. `models` names the simulated cars, in order (`cars.MODELS`). `secondary_models` are
    cars of the accounts before and after this one, which this one has as SECONDARY from the beginning. `delegate_of`
    are owners for whom this person may approve a program: its tokens are then the owner's (a guess). `region` is where
    the older services know the account; None: everywhere, unlike at BMW.
    """

    user: str = "anna@example.com"
    password: str = field(default="emulator", repr=False)
    gcid: Gcid = FIRST_GCID
    client_id: str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    services: frozenset[Service] = frozenset(Service)
    models: tuple[str, ...] = ("bev", "phev", "ice")
    secondary_models: tuple[str, ...] = ()
    delegate_of: frozenset[Gcid] = frozenset()
    region: UserRegion | None = None

    def lives_in(self, region: UserRegion | None) -> bool:
        """Tell whether a region knows the account; None is a host that is not BMW's."""
        return self.region is None or region is None or self.region is region


class Holder(StrEnum):
    """Who of the two something belongs to: the owner who consented, or the service provider."""

    OWNER = "owner"
    PROVIDER = "provider"


class WithdrawalAnswer(StrEnum):
    """How REST answers a provider once an owner has withdrawn the whole consent."""

    TOKENS = "401"
    CARS = "CU-104"
    CONTAINERS = "CU-105"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderClient:
    """A service provider and its one client id, with which any owner can sign in; the tokens are for the owner's cars.

    `services` is what the client is subscribed to. `name` and `purpose` are what an owner reads before consenting, and
    `descriptors` what the consent is to; none: to all that the provider's containers name. Little is public of BMW's
    interface for third parties, so all of this is inferred, and what could as well be otherwise is a switch:
    `containers_of` and `calls_of` say who the containers belong to and whose day's calls are spent,
    `withdrawn_answer` what a provider sees after a withdrawal.
    """

    client_id: str
    services: frozenset[Service] = frozenset(Service)
    name: str = ""
    purpose: str = ""
    descriptors: tuple[str, ...] = ()
    containers_of: Holder = Holder.OWNER
    calls_of: Holder = Holder.OWNER
    withdrawn_answer: WithdrawalAnswer = WithdrawalAnswer.TOKENS
