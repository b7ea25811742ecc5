"""`bimmerhub login --family …`: signing in with a name and a password, as families older than CarData do."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import ask_line, ask_secret, say
from bimmerhub.cli.slider_page import write_slider_page
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bimmerhub.cli.hub_access.hub_client import HubClient, Request
    from bimmerhub.views.account.accounts import AccountAnswer, SignInPlan, SliderAnswer

RISK = (
    "BMW does not sanction this sign-in, and it is probably against its terms: you do it at your own risk, and BMW can "
    "block an account."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLogin:
    """What the command line says of a sign-in by password; None as in the settings, or at the last sign-in."""

    family: str
    user: str | None = None
    client_id: str | None = None
    region: str | None = None
    country: str | None = None
    host: str | None = None
    brands: Sequence[str] = ()
    captcha: str | None = field(default=None, repr=False)
    remember: bool = False
    password_env: str | None = None
    credentials: Path | None = None


async def sign_in(options: Options, login: PasswordLogin) -> "AccountAnswer":
    """Sign in by the running hub, or by one of this process; ConfigError when something is missing."""
    from bimmerhub.views.account.accounts import AccountAnswer

    async with _planned(options, login) as planned:
        body, plan = dict(planned.body), planned.plan
        if login.credentials is None or login.password_env is not None:
            body["password"] = _ask_password(login.password_env, server=plan.server)
        if login.captcha is not None:
            body["captcha"] = login.captcha
        elif plan.is_slider:
            body["captcha"] = await _ask_slider(planned)
        elif plan.captcha_hint is not None:
            body["captcha"] = _ask_captcha(plan.captcha_hint)
        return await planned.client.send(planned.request("", body), AccountAnswer)


async def write_slider(options: Options, login: PasswordLogin, file: Path) -> None:
    """Write the captcha that a sign-in in China wants to a page; ConfigError for a sign-in without one."""
    async with _planned(options, login) as planned:
        write_slider_page(await _fetch_slider(planned), file)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A sign-in that lacks nothing but the password and a captcha; `body` is what is sent besides."""

    client: "HubClient"
    path: str
    body: Mapping[str, object] = field(repr=False)
    plan: "SignInPlan"

    def request(self, step: str, body: Mapping[str, object]) -> "Request":
        """Return the request of a step, such as `/slider`; "" is the sign-in itself."""
        from bimmerhub.cli.hub_access.hub_client import Request

        return Request(method="POST", path=f"{self.path}{step}", body=dict(body))

    @property
    def body_without_password(self) -> dict[str, object]:
        """What a step before the sign-in is sent."""
        return {key: value for key, value in self.body.items() if key != "password"}


@asynccontextmanager
async def _planned(options: Options, login: PasswordLogin) -> "AsyncIterator[_Planned]":
    """Open the running hub, or one of this process, with what it says of the sign-in before a password is typed."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.views.account.accounts import SignInPlan

    settings = options.settings()
    of_family = [name for name, account in settings.accounts.items() if account.family.value == login.family]
    name = options.account_name(of_family if len(of_family) == 1 else await load_account_names(settings))
    body: dict[str, object] = {"family": login.family, "remember": login.remember}
    if login.credentials is not None:
        body |= _read_credentials(login.credentials)
    body |= _named(login)
    path = f"accounts/{name}/password-sign-in"
    say(RISK)
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        without_password = {key: value for key, value in body.items() if key != "password"}
        plan = await client.send(Request(method="POST", path=f"{path}/plan", body=without_password), SignInPlan)
        yield _Planned(client=client, path=path, body=body, plan=plan)


async def _fetch_slider(planned: _Planned) -> "SliderAnswer":
    from bimmerhub.views.account.accounts import SliderAnswer

    return await planned.client.send(planned.request("/slider", planned.body_without_password), SliderAnswer)


async def _ask_slider(planned: _Planned) -> str:
    """Return a slider that a person has solved on a page, by what the page showed or by the position alone."""
    if not sys.stdin.isatty():
        raise WrongUsage(
            "BMW wants a captcha, in China a slider",
            hint="Get it by --slider FILE, then pass what that page shows: --captcha VERIFY_ID:POSITION",
        )
    return _read_solved(await _fetch_slider(planned))


def _read_solved(slider: "SliderAnswer") -> str:
    with TemporaryDirectory(prefix="bimmerhub-") as folder:
        page = Path(folder) / "slider.html"
        write_slider_page(slider, page)
        say(f"BMW wants a captcha. Open this page in a browser and move its line: {page.as_uri()}")
        position = ask_line("What the page shows then:")
    return position if ":" in position else f"{slider.verify_id}:{position}"


def _named(login: PasswordLogin) -> dict[str, object]:
    """Return what the line names, by the words of the API."""
    named = {
        "username": login.user,
        "client_id": login.client_id,
        "region": login.region,
        "country": login.country,
        "host": login.host,
        "brands": login.brands or None,
    }
    return {key: value for key, value in named.items() if value is not None}


def _read_credentials(path: Path) -> dict[str, object]:
    """Return the name, the password and the app's key of an old program's file."""
    from bimmerhub.bmw.clock import SystemClock
    from bimmerhub.bmw.iremote.auth import read_credentials

    old = read_credentials(path, now_ms=SystemClock().now_ms())
    body: dict[str, object] = {"username": old.login.username, "password": old.login.password}
    if old.app_key is not None:
        body |= {"client_key": old.app_key.key, "client_secret": old.app_key.secret}
    return body


def _ask_captcha(hint: str) -> str:
    """Return the token of a captcha from the terminal, asked for after the password: it does not live long."""
    if not sys.stdin.isatty():
        raise WrongUsage("BMW wants a captcha", hint=f"Pass its token: --captcha TOKEN. {hint}")
    say(hint)
    return ask_line("Captcha's token:")


def _ask_password(variable: str | None, *, server: str) -> str:
    """Return the password from a variable, from standard input, or from the terminal without showing it."""
    if variable is not None:
        if variable not in os.environ:
            raise ConfigError(f"there is no variable {variable}")
        return os.environ[variable]
    password = ask_secret(f"Password at {server}") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongUsage(
            "a password is needed", hint="Type it, give it on standard input, or name a variable: --password-env NAME"
        )
    return password
