"""The account that the old charge logger's variables name, at the ConnectedDrive portal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.connecteddrive import BmwLogin, ConnectedDrive, Endpoints, TokenFile
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.password_tokens import AroundSignIn
from bimmerhub.cli.charge_watch.asked_cars import AskedAccount
from bimmerhub.cli.printing.output import say


@asynccontextmanager
async def open_account(
    variables: Mapping[str, str],
    *,
    tokens: Path,
    sends_password: bool,
    around_sign_in: AroundSignIn = nullcontext,
    ca_file: Path | None,
    session: Session,
    clock: Clock,
) -> AsyncIterator[AskedAccount]:
    """Open the account while the block runs; its tokens are kept in a file, its password is not.

    Unless it `sends_password` the account goes on only as long as the stored token is good; when it does,
    `around_sign_in` is opened around it.

    ConfigError when an address is none, or another process uses the file.
    """
    endpoints = Endpoints.from_variables(variables, ca_file=ca_file)
    if endpoints.are_bmws:
        say("This way of asking is not sanctioned by BMW: at your own risk; an account can be blocked.")
    login = BmwLogin(username=variables["USERNAME"], password=variables["PASSWORD"])
    async with ConnectedDrive(
        tokens=TokenFile(tokens),
        endpoints=endpoints,
        login=login if sends_password else None,
        around_sign_in=around_sign_in,
        session=session,
        clock=clock,
    ) as portal:
        yield portal
