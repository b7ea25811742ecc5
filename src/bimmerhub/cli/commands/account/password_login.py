"""`bimmerhub login --family …`: signing in with a name and a password, as families older than CarData do."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.output import say
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.views.account.accounts import AccountAnswer

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
    captcha: str | None = None
    remember: bool = False
    password_env: str | None = None
    credentials: Path | None = None


async def sign_in(options: Options, login: PasswordLogin) -> "AccountAnswer":
    """Sign in by the running hub, or by one of this process; ConfigError when something is missing."""
    from bimmerhub.cli.hub_client import Request
    from bimmerhub.cli.reach_hub import reach_hub
    from bimmerhub.cli.reads.account_names import load_account_names
    from bimmerhub.views.account.accounts import AccountAnswer, SignInPlan

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
        if login.credentials is None or login.password_env is not None:
            body["password"] = _ask_password(login.password_env, server=plan.server)
        if login.captcha is not None or plan.captcha_hint is not None:
            body["captcha"] = login.captcha or _ask_captcha(plan.captcha_hint or "")
        return await client.send(Request(method="POST", path=path, body=body), AccountAnswer)


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
    return input("Captcha's token: ").strip()


def _ask_password(variable: str | None, *, server: str) -> str:
    """Return the password from a variable, from standard input, or from the terminal without showing it."""
    if variable is not None:
        if variable not in os.environ:
            raise ConfigError(f"there is no variable {variable}")
        return os.environ[variable]
    if sys.stdin.isatty():
        from getpass import getpass

        password = getpass(f"Password at {server}: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongUsage(
            "a password is needed", hint="Type it, give it on standard input, or name a variable: --password-env NAME"
        )
    return password
