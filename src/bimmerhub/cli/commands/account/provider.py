"""`bimmerhub provider`: a service provider's owners, from the invitation to the withdrawal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import ask, local_time, print_json, print_table, say, say_code, show_value, with_hint
from bimmerhub.cli.running import run, run_until_stopped
from bimmerhub.errors import BimmerhubError

if TYPE_CHECKING:
    from bimmerhub.bmw.cardata.provider import Invitation, OwnerFolder, OwnerOutcome, Provider, Purpose
    from bimmerhub.ids import Gcid
    from bimmerhub.views.account.owners import InvitationAnswer, OwnerReadAnswer

HELP = """\
For companies: invite owners to consent, read what they consented to, see who withdrew.

A repair shop, a charging operator, a fleet or an insurer reads the cars of its customers by BMW CarData with their
consent. [provider] in the settings holds its client id, the purpose and the descriptors that owners are asked for.
Little is public of BMW's interface for companies: this is tried against the emulator only."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Owners = Annotated[
    list[str] | None, typer.Argument(metavar="[OWNER]...", help="Labels or GCIDs; all if left out.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help=HELP, no_args_is_help=True)
    group.command()(invite)
    group.command()(owners)
    group.command()(read)
    group.command()(renew)
    group.command()(watch)
    group.command()(revoked)
    group.command()(erase)
    app.add_typer(group, name="provider")


def invite(
    context: typer.Context,
    label: Annotated[list[str], typer.Argument(help="Your own names for the owners, such as numbers of jobs.")],
    json: Json = False,  # noqa: FBT002 - typer
) -> None:
    """Ask owners for their consent: a link and a code for each; wait until they have decided, up to five minutes.

    Several labels ask several owners at the same time. Costs no quota.
    """
    from bimmerhub.views.fields import Page

    answers = run(_invite(context.obj, label))
    if json:
        print_json(Page(items=answers, next=None))
    else:
        print_table(("owner", "consented"), [(one.label, "no" if one.owner is None else "yes") for one in answers])
    _fail_for([(one.label, one.error.message, one.error.hint) for one in answers if one.error is not None])


def owners(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """List the owners: who consented to what and when, and until when the consent lives without a renewal.

    Asks BMW nothing.
    """
    from bimmerhub.cli.providing.provider_owners import describe_owner, load_owners
    from bimmerhub.cli.providing.revocation_words import REASONS
    from bimmerhub.views.fields import Page

    items = [describe_owner(owner) for owner in run(load_owners(context.obj))]
    if json:
        print_json(Page(items=items, next=None))
        return
    rows = [
        (
            owner.label,
            "ended: " + REASONS[owner.ended.reason] if owner.ended else "consents",
            local_time(owner.consent.given_at),
            owner.consent.purpose,
            str(len(owner.consent.descriptors)),
            str(len(owner.vehicles) or "-"),
            local_time(owner.expires_at),
        )
        for owner in items
    ]
    columns = ("owner", "is", "consented at", "to", "values", "cars", "renew before")
    print_table(columns, rows, numbers=("values", "cars"), empty="Nobody has consented yet: bimmerhub provider invite")


def read(context: typer.Context, owner: Owners = None, json: Json = False) -> None:  # noqa: FBT002 - typer
    """Read the last known values of owners' cars, of what they consented to; wakes no car.

    Costs each owner a call for each car, at first three more, and one a day for the list of cars. Whoever withdrew is
    named once, and not asked for again. One owner's failure keeps nobody else from being read.
    """
    _work(context.obj, owner or (), json=json, reads=True)


def renew(context: typer.Context, owner: Owners = None, json: Json = False) -> None:  # noqa: FBT002 - typer
    """Renew owners' tokens where it is time to, without reading: BMW ends what is not renewed for 14 days.

    Reading renews too. Costs no quota; let it run once a day.
    """
    _work(context.obj, owner or (), json=json, reads=False)


def watch(context: typer.Context, owner: Owners = None, json: Json = False) -> None:  # noqa: FBT002 - typer
    """Print what owners' cars send, as it comes, until Ctrl-C; with --json one object a line. Costs no quota.

    One connection for each owner, opened one after the other. BMW allows one an account: a program of the owner's own
    that listens too is thrown out. `read` of the same owners has to wait until this ends.
    """
    from bimmerhub.cli.providing.provider_live import watch_owners

    run_until_stopped(lambda: watch_owners(context.obj, owner or (), json=json))


def revoked(context: typer.Context, json: Json = False) -> None:  # noqa: FBT002 - typer
    """List what was taken back, newest first, and when that was seen: BMW sends no notice. Asks BMW nothing."""
    from bimmerhub.cli.providing.provider_owners import describe_revocation, load_owners
    from bimmerhub.cli.providing.revocation_words import REASONS
    from bimmerhub.views.fields import Page

    seen = [one for owner in run(load_owners(context.obj)) for one in owner.revocations]
    items = [describe_revocation(one) for one in sorted(seen, key=lambda one: one.seen_at_ms, reverse=True)]
    if json:
        print_json(Page(items=items, next=None))
        return
    rows = [(local_time(one.seen_at), one.label, one.vin or "all", REASONS[one.reason]) for one in items]
    print_table(("seen at", "owner", "of", "what happened"), rows, empty="Nothing was taken back.")


def erase(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="Label or GCID.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Erase an owner here for good: tokens, consents and revocations. Nothing can be read of them then.

    At BMW the consent stands until the owner withdraws it.
    """
    from bimmerhub.cli.providing.provider_owners import find_owner, load_owners, owner_folder

    chosen = find_owner(run(load_owners(context.obj)), owner)
    if not yes and not ask(f"Erase {chosen.label}, with tokens and record of consent?"):
        raise typer.Abort
    run(_erase(owner_folder(context.obj), chosen.gcid))
    say(f"Erased: {chosen.label}. At BMW the consent stands until the owner withdraws it.")


async def _invite(options: Options, labels: Sequence[str]) -> "list[InvitationAnswer]":
    import asyncio

    from bimmerhub.bmw.cardata.provider.invitation import check_label
    from bimmerhub.cli.providing.provider_owners import open_provider

    for label in labels:
        check_label(label)
    purpose = options.settings().provider.required_purpose()
    async with open_provider(options) as provider, asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(_invite_one(provider, label, purpose), name="invitation") for label in labels]
    return [one.result() for one in asked]


async def _invite_one(provider: "Provider", label: str, purpose: "Purpose") -> "InvitationAnswer":
    from bimmerhub.cli.providing.provider_owners import describe_owner
    from bimmerhub.views.account.owners import InvitationAnswer
    from bimmerhub.views.problems import to_problem

    try:
        invitation = await provider.invite(label, purpose=purpose)
        _show_invitation(invitation)
        owner = await invitation.accepted()
    except BimmerhubError as error:
        return InvitationAnswer(label=label, owner=None, error=to_problem(error).error)
    say(f"{label}: consented.")
    return InvitationAnswer(label=label, owner=describe_owner(owner), error=None)


def _show_invitation(invitation: "Invitation") -> None:
    code = invitation.code
    say_code(code.verification_uri_complete)
    say(f"{invitation.label}: open {code.verification_uri_complete} (code {code.user_code}), sign in and approve.")


def _work(options: Options, names: Sequence[str], *, json: bool, reads: bool) -> None:
    from bimmerhub.cli.providing.provider_owners import describe_outcome
    from bimmerhub.cli.providing.revocation_words import spell_revocation
    from bimmerhub.views.fields import Page

    outcomes = run(_work_for(options, names, reads=reads))
    items = [describe_outcome(outcome) for outcome in outcomes]
    if json:
        print_json(Page(items=items, next=None))
    elif reads:
        _print_readings(items)
    for revocation in (one for item in items for one in item.revocations):
        say(f"{revocation.label}: {spell_revocation(revocation)}")
    if names:
        _say_ended(outcomes)
    if not json and not reads:
        say(f"{sum(one.owner.is_active and one.error is None for one in outcomes)} owners' tokens are in order.")
    _fail_for([(one.owner.label, str(one.error), one.error.hint) for one in outcomes if one.error is not None])


def _say_ended(outcomes: "Sequence[OwnerOutcome]") -> None:
    """Say whose consent had ended before: nothing is asked of BMW for them."""
    from bimmerhub.cli.providing.provider_owners import describe_owner
    from bimmerhub.cli.providing.revocation_words import REASONS

    for outcome in outcomes:
        ended = describe_owner(outcome.owner).ended
        if ended is not None and not outcome.revocations:
            label = outcome.owner.label
            say(f"{label}: the consent has ended: {REASONS[ended.reason]}. Nothing of it is read before a new one.")


async def _work_for(options: Options, names: Sequence[str], *, reads: bool) -> "list[OwnerOutcome]":
    from bimmerhub.cli.providing.provider_owners import find_owners, load_owners, open_provider

    gcids = find_owners(await load_owners(options), names)
    async with open_provider(options) as provider:
        return await (provider.read_all(gcids) if reads else provider.renew_all(gcids))


async def _erase(folder: "OwnerFolder", gcid: "Gcid") -> None:
    async with folder.hold(gcid):
        await folder.erase(gcid)


def _print_readings(items: "Sequence[OwnerReadAnswer]") -> None:
    rows = [
        (
            item.label,
            vehicle.vin,
            reading.descriptor,
            show_value(reading.value, reading.unit),
            local_time(reading.measured_at),
        )
        for item in items
        for vehicle in item.vehicles
        for reading in vehicle.readings
    ]
    empty = "Nothing was read." if items else "No owner consents: bimmerhub provider invite"
    print_table(("owner", "VIN", "descriptor", "value", "measured at"), rows, empty=empty)


def _fail_for(failures: Sequence[tuple[str, str, str | None]]) -> None:
    """Say what failed, each by its label; exit code 1 if anything did."""
    for label, message, hint in failures:
        say(f"{label}: {with_hint(message, hint)}")
    if failures:
        raise typer.Exit(1)
