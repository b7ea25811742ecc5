"""`bimmerhub login`: BMW's device sign-in, with a link, a code and a QR code; or a name and a password.

All families but CarData take a password (`password_login`).
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.account.password_login import PasswordLogin, write_slider
from bimmerhub.cli.commands.account.password_login import sign_in as sign_in_with_password
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import print_json, say, say_code, say_lines
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.views.account.accounts import SignInAnswer

LOOK_AGAIN_S = 0.5


class FamilyName(StrEnum):
    """The families that an account can be read by."""

    CARDATA = "cardata"
    IREMOTE = "iremote"
    CONNECTEDDRIVE = "connecteddrive"
    MYBMW = "mybmw"


class BrandName(StrEnum):
    """The brands whose cars the MyBMW app's interface lists."""

    BMW = "bmw"
    MINI = "mini"
    ROLLS_ROYCE = "rolls-royce"
    TOYOTA = "toyota"


class RegionName(StrEnum):
    """The regions of families that take a password."""

    ROW = "row"
    NA = "na"
    CN = "cn"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(login)


def login(  # noqa: PLR0917 - typer
    context: typer.Context,
    client_id: Annotated[
        str | None,
        typer.Option(
            help="The CarData client id from BMW's portal; needed once. For connecteddrive that of its page.",
            show_default=False,
        ),
    ] = None,
    family: Annotated[
        FamilyName, typer.Option(help="BMW's interface to read the account by; all but cardata take a password.")
    ] = FamilyName.CARDATA,
    user: Annotated[str | None, typer.Option(help="The name that you sign in at BMW with.", show_default=False)] = None,
    region: Annotated[
        RegionName | None, typer.Option(help="Where the account lives; row is the rest of the world.")
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(help="Whose portal, such as Germany or de; connecteddrive only.", show_default=False),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address of the interface, instead of the region's.", show_default=False)
    ] = None,
    brand: Annotated[
        list[BrandName] | None, typer.Option(help="Whose cars, all of them without it; mybmw only. May be repeated.")
    ] = None,
    captcha: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="Of mybmw: the token of a captcha that you have just solved, in China VERIFY_ID:POSITION; sent once.",
            show_default=False,
        ),
    ] = None,
    slider: Annotated[
        Path | None,
        typer.Option(help="Of mybmw in China: write the captcha as a page to this file, and end.", show_default=False),
    ] = None,
    remember: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--remember", help="Keep the password, sealed, to sign in again by itself.")
    ] = False,
    password_env: Annotated[
        str | None, typer.Option(help="Variable that holds the password, instead of asking.", show_default=False)
    ] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="An i Remote program's credentials.json to sign in with.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON when done.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Sign in at BMW: by a link and a code that you approve, or by a password.

    All families but CarData (--family) are signed in to with a name and a password, which is asked for, or read from
    standard input. For mybmw BMW wants a captcha too; the command says how you get one, and asks for its token.
    In China it is a slider, shown on a page (--slider FILE).
    """
    if family is not FamilyName.CARDATA or credentials is not None:
        chosen = PasswordLogin(
            family=FamilyName.IREMOTE.value if family is FamilyName.CARDATA else family.value,
            user=user,
            client_id=client_id,
            region=None if region is None else region.value,
            country=country,
            host=host,
            brands=[one.value for one in brand or ()],
            captcha=captcha,
            remember=remember,
            password_env=password_env,
            credentials=credentials,
        )
        if slider is not None:
            run(write_slider(context.obj, chosen, slider))
            say(f"Written: {slider}. Open it in a browser, then pass what it shows: --captcha VERIFY_ID:POSITION")
        else:
            login_by_password(context.obj, chosen, json=json)
    elif any((user, region, country, host, brand, captcha, slider, remember, password_env)):
        raise WrongUsage("a name and a password are for other families", hint="Say which: --family iremote")
    else:
        _login_by_link(context.obj, client_id, json=json)


def _login_by_link(options: Options, client_id: str | None, *, json: bool) -> None:
    sign_in = run(_sign_in(options, client_id))
    if json:
        print_json(sign_in)
        return
    say(f"Signed in. The account is called {sign_in.account!r}.")
    for missing in sign_in.missing:
        say(f"Without {missing.title} {missing.cost}. To have it too: {missing.hint}")
    _say_what_is_next(options)


def login_by_password(options: Options, login: PasswordLogin, *, json: bool) -> None:
    """Sign in with a name and a password, and say what comes next."""
    account = run(sign_in_with_password(options, login))
    if json:
        print_json(account)
        return
    say(f"Signed in at {account.server or 'BMW'}. The account is called {account.name!r}.")
    if login.family == FamilyName.MYBMW:
        say("The hub renews this sign-in by itself. When BMW ends it, sign in again with a new captcha.")
    elif not login.remember:
        say("The password is not kept: sign in again when BMW ends this sign-in, or use --remember.")
    _say_what_is_next(options)


def _say_what_is_next(options: Options) -> None:
    from bimmerhub.hub.process.directory import find_hub

    if find_hub(options.settings().data_dir) is None:
        say("Next: start the hub with bimmerhub run (or make run).")


async def _sign_in(options: Options, client_id: str | None) -> "SignInAnswer":
    """Return the sign-in once it is approved; BmwRefused when it was declined or ran out, and what else ended it."""
    import asyncio

    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.views.account.accounts import SignInAnswer
    from bimmerhub.views.problems import Problem, to_error

    settings = options.settings()
    name = options.account_name(await load_account_names(settings))
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        path = f"accounts/{name}/sign-in"
        start = Request(method="POST", path=path, body={"client_id": client_id})
        sign_in = await client.send(start, SignInAnswer)
        _show_code(sign_in)
        while sign_in.status == "pending":
            await asyncio.sleep(LOOK_AGAIN_S)
            sign_in = await client.fetch(path, SignInAnswer)
        if sign_in.error is not None:
            raise to_error(Problem(error=sign_in.error))
        return sign_in


def _show_code(sign_in: "SignInAnswer") -> None:
    link = sign_in.verification_uri_complete
    say_code(link)
    say_lines(["Open this link on any device, sign in at BMW and approve:", "", f"  {link}", ""])
    say(f"The code is {sign_in.user_code} (upper and lower case count). Waiting …")
    say("If BMW's page gets stuck: a private window without an ad blocker helps. Approve there, not in the portal.")
