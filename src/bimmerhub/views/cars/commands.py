"""Commands to cars: asking for one, its life, and what a car can be asked to do."""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.command import Command, CommandKind, CommandStep, Detail
from bimmerhub.domain.command_order import LONGEST_CAR_TEXT, CommandOrder, PointOfInterest, TextMessage
from bimmerhub.domain.map_links import parse_place
from bimmerhub.domain.settings_change import SettingsChange
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.ids import Vin, mask_vin, vin_end
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.times import format_time
from bimmerhub.views.cars.profile_wish import ProfileWish, read_profile_wish
from bimmerhub.views.fields import ListTokens, NewestPage, Time
from bimmerhub.views.ports.commands import Asker, CarCommands, ListedCapability
from bimmerhub.views.viewer import Viewer

DEFAULT_COMMANDS: Final = 100
MOST_COMMANDS: Final = 10_000
"""What one page shows at most."""
LONGEST_TEXT: Final = LONGEST_CAR_TEXT
LONGEST_LINK: Final = 2_000
MOST_FLASHES: Final = 60
COMMANDS: Final = tuple(str(kind) for kind in CommandKind)
"""What can be asked for."""


class CommandStepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a command's life."""

    state: Annotated[
        str,
        msgspec.Meta(
            description="sending, initiated, pending, delivered; at the end executed, not_executed, timed_out, "
            "superseded or unknown (it may be done, nobody can say)"
        ),
    ]
    at: Time
    word: Annotated[str | None, msgspec.Meta(description="BMW's own word; null where the hub concludes it")]
    reason: Annotated[str | None, msgspec.Meta(description="why, in words")]
    code: Annotated[str | None, msgspec.Meta(description="BMW's code, where an error ended it")]


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was asked for. Its newest state is the last of `steps`."""

    id: int
    vin: str
    account: Annotated[str, msgspec.Meta(description="local name of the account that sends it")]
    command: str
    details: Annotated[dict[str, Detail], msgspec.Meta(description="what was asked for besides, without secrets")]
    state: str
    is_ended: Annotated[bool, msgspec.Meta(description="whether nothing more comes")]
    steps: list[CommandStepAnswer]


class AbilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A command that the car's family of interfaces has."""

    command: str
    refusal: Annotated[str | None, msgspec.Meta(description="why the car's own list says it cannot; null: it may")]


class CommandsPage(NewestPage[CommandAnswer], frozen=True, kw_only=True):
    """A page of a car's commands, newest first."""


class CapabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the car's own list of what it can, in BMW's words."""

    name: str
    word: str
    command: Annotated[str | None, msgspec.Meta(description="the command that it is about; null: none")]
    is_able: Annotated[bool | None, msgspec.Meta(description="null: the word does not say")]
    note: Annotated[str | None, msgspec.Meta(description="what has to be known about the word")]


class AbilitiesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a car can be asked to do."""

    commands: list[AbilityAnswer]
    notice: Annotated[str | None, msgspec.Meta(description="why there is nothing, or nothing newer")]
    is_opening_allowed: Annotated[
        bool, msgspec.Meta(description="whether commands that open it are sent (bimmerhub vehicles allow-opening)")
    ]
    capabilities: Annotated[list[CapabilityAnswer], msgspec.Meta(description="the car's own list, in BMW's order")]
    account: Annotated[str | None, msgspec.Meta(description="the account that would send a command, by its local name")]
    listed_at: Annotated[Time | None, msgspec.Meta(description="when BMW told the list; null: never")]
    is_current: Annotated[bool, msgspec.Meta(description="false: BMW does not answer now, and this is its last list")]


class OpeningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether commands that open a car are sent."""

    vin: str
    is_opening_allowed: bool


class SettingsWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of charging settings; what is missing or null stays as it is."""

    target_percent: int | None = None
    ac_limit_a: int | None = None


class CommandWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command as a caller asks for it; `describe_wish` says which fields each one takes."""

    command: str
    count: int | None = None
    secret: str | None = None
    place: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    name: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    subject: str | None = None
    text: str | None = None
    profile: ProfileWish | None = None
    settings: SettingsWish | None = None
    account: str | None = None
    force: bool = False

    def __repr__(self) -> str:
        """Show the command and nothing else: a secret and a place may be in it."""
        return f"CommandWish(command={self.command!r})"


async def view_commands(
    viewer: Viewer,
    stored: StoredCommands,
    vin: Vin,
    *,
    limit: int = DEFAULT_COMMANDS,
    after: str | None = None,
) -> CommandsPage:
    """Return the newest commands of a car, newest first; `after` is the `next` of the page before."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    tokens = ListTokens("commands", vin)
    before_id = None if after is None else tokens.parse_number(after)
    commands = await stored.commands(limit=limit + 1, before_id=before_id, vin=vin)
    is_complete = len(commands) <= limit
    items = [describe_command(command) for command in commands[:limit]]
    return CommandsPage(items=items, next=None if is_complete else tokens.token(items[-1].id), is_complete=is_complete)


async def view_command(viewer: Viewer, stored: StoredCommands, command_id: int) -> CommandAnswer:
    """Return one command; NotFound when there is none of that id."""
    viewer.require_owner()
    command = await stored.find_command(command_id)
    if command is None or not viewer.may_see(command.vin):
        raise NotFound(f"there is no command {command_id}")
    return describe_command(command)


async def view_abilities(
    viewer: Viewer, commands: CarCommands, vin: Vin, *, account: str | None = None
) -> AbilitiesAnswer:
    """Return what a car can be asked to do, by the account of that name or the first that can."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    abilities = await commands.abilities(vin, account=account)
    return AbilitiesAnswer(
        commands=[AbilityAnswer(command=item.kind, refusal=item.refusal) for item in abilities.items],
        notice=abilities.notice,
        is_opening_allowed=abilities.is_opening_allowed,
        capabilities=[_describe_capability(entry) for entry in abilities.capabilities],
        account=abilities.account,
        listed_at=None if abilities.listed_at_ms is None else format_time(abilities.listed_at_ms),
        is_current=abilities.is_current,
    )


def _describe_capability(entry: ListedCapability) -> CapabilityAnswer:
    return CapabilityAnswer(
        name=entry.name, word=entry.word, command=entry.command, is_able=entry.is_able, note=entry.note
    )


async def order_command(
    viewer: Viewer, commands: CarCommands, vin: Vin, wish: CommandWish, *, asker: Asker
) -> CommandAnswer:
    """Ask for a command; errors as `CarCommands.order`, ConfigError for a wish that is none."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    order = read_order(wish)
    return describe_command(await commands.order(vin, order, asker=asker, account=wish.account, force=wish.force))


async def allow_opening(
    viewer: Viewer, commands: CarCommands, vin: Vin, *, is_allowed: bool, asker: Asker
) -> OpeningAnswer:
    """Allow commands that open a car, or refuse them from now on; ConfigError to allow it of an archived car."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    await commands.allow_opening(vin, is_allowed=is_allowed, asker=asker)
    return OpeningAnswer(vin=vin, is_opening_allowed=is_allowed)


def opening_is_off(vin: Vin) -> ConfigError:
    """Return the refusal of a command that opens a car which may not be opened."""
    return ConfigError(
        f"opening {mask_vin(vin)} from afar is off; nothing was sent",
        hint=f"Allow it first: bimmerhub vehicles allow-opening {vin_end(vin)}",
    )


def describe_command(command: Command) -> CommandAnswer:
    """Return a command in its public shape."""
    return CommandAnswer(
        id=command.id,
        vin=command.vin,
        account=command.account,
        command=str(command.kind),
        details=dict(command.details),
        state=str(command.newest.state),
        is_ended=command.is_ended,
        steps=[_describe_step(step) for step in command.steps],
    )


def _describe_step(step: CommandStep) -> CommandStepAnswer:
    return CommandStepAnswer(
        state=str(step.state), at=format_time(step.at_ms), word=step.word, reason=step.reason, code=step.code
    )


def read_order(wish: CommandWish) -> CommandOrder:
    """Return the command that is asked for; ConfigError for a wish that is none. Whether a car can, the hub says."""
    if wish.command not in COMMANDS:
        raise ConfigError(f"there is no command {wish.command[:40]!r}", hint=f"Known: {', '.join(COMMANDS)}.")
    kind = CommandKind(wish.command)
    _check_fields(kind, wish)
    if wish.count is not None and not 1 <= wish.count <= MOST_FLASHES:
        raise ConfigError(f"the lights flash 1 to {MOST_FLASHES} times")
    return CommandOrder(
        kind=kind,
        count=wish.count,
        secret=wish.secret,
        destination=_read_destination(wish) if kind is CommandKind.POI else None,
        message=_read_message(wish) if kind is CommandKind.MESSAGE else None,
        profile_change=None if wish.profile is None else read_profile_wish(wish.profile),
        settings_change=None if wish.settings is None else _read_settings(wish.settings),
    )


_PLACE_FIELDS: Final = ("place", "latitude_deg", "longitude_deg", "name", "street", "city", "postal_code")
_FIELDS: Final = {
    CommandKind.LIGHTS: ("count",),
    CommandKind.UNLOCK: ("secret",),
    CommandKind.POI: _PLACE_FIELDS,
    CommandKind.MESSAGE: ("subject", "text"),
    CommandKind.CHARGING_PROFILE: ("profile",),
    CommandKind.CHARGING_SETTINGS: ("settings",),
}
_OF_EVERY: Final = frozenset({"command", "account", "force"})


def _check_fields(kind: CommandKind, wish: CommandWish) -> None:
    """Refuse what the command does not take: it would be left out in silence."""
    allowed = {*_FIELDS.get(kind, ()), *_OF_EVERY}
    given = [name for name, value in msgspec.structs.asdict(wish).items() if value is not None]
    if strange := [name for name in given if name not in allowed]:
        raise ConfigError(f"{kind} takes no {strange[0]}")
    if wish.place is not None and len(wish.place) > LONGEST_LINK:
        raise ConfigError(f"place has at most {LONGEST_LINK} characters")
    if kind is CommandKind.CHARGING_PROFILE and wish.profile is None:
        raise ConfigError("charging-profile needs the change, as `profile`")
    if kind is CommandKind.CHARGING_SETTINGS and wish.settings is None:
        raise ConfigError("charging-settings needs the change, as `settings`")


def _read_message(wish: CommandWish) -> TextMessage:
    return TextMessage(subject=wish.subject or "", text=wish.text or "")


def _read_settings(wish: SettingsWish) -> SettingsChange:
    return SettingsChange(target_percent=wish.target_percent, ac_limit_a=wish.ac_limit_a)


def _read_destination(wish: CommandWish) -> PointOfInterest:
    latitude_deg, longitude_deg, name = wish.latitude_deg, wish.longitude_deg, wish.name
    if wish.place is not None:
        if latitude_deg is not None or longitude_deg is not None:
            raise ConfigError("a destination has a place or a latitude and a longitude, not both")
        linked = parse_place(wish.place)
        latitude_deg, longitude_deg = linked.latitude_deg, linked.longitude_deg
        name = name or (linked.name and linked.name[:LONGEST_TEXT])
    if latitude_deg is None or longitude_deg is None:
        raise ConfigError(
            "a destination needs a latitude and a longitude", hint="In degrees, as 48.13743 and 11.57549."
        )
    return PointOfInterest(
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        name=name,
        street=wish.street,
        city=wish.city,
        postal_code=wish.postal_code,
    )
