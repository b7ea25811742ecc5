"""What My Garage tells who is signed in, asked by the running hub, or one that lasts as long as the command."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from bimmerhub.cli.running import run
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import SignInRequired

if TYPE_CHECKING:
    from bimmerhub.cli.context import Options
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.hub.config import HubConfig

T = TypeVar("T")
ANSWERED_WITHIN_S = 120.0


def ask_signed_in(options: "Options", what: str, body: Mapping[str, object], shape: type[T]) -> T:
    """Return the answer of the hub's route of that name, by the account of --account or the only one of mybmw.

    SignInRequired when there is none.
    """
    return run(_ask(options, what, body, shape))


async def _ask(options: "Options", what: str, body: Mapping[str, object], shape: type[T]) -> T:
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.hub.process.directory import find_hub

    settings = options.settings()
    if not settings.database.exists() and find_hub(settings.data_dir) is None:
        raise _nobody()
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        account = await _find_account(options, client, settings)
        request = Request(method="POST", path=f"accounts/{account}/garage/{what}", body=dict(body))
        return await client.send(request, shape, within_s=ANSWERED_WITHIN_S)


async def _find_account(options: "Options", client: "HubClient", settings: "HubConfig") -> str:
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.from_hub import HubReads

    accounts = (await HubReads(client, settings).read(public.accounts())).items
    names = [account.name for account in accounts if account.family == Family.MYBMW.value and account.signed_in]
    if not names:
        raise _nobody()
    return options.known_account(names)


def _nobody() -> SignInRequired:
    return SignInRequired(
        "no account of the MyBMW app is signed in here, whose sign-in My Garage takes",
        hint="Sign in first: bimmerhub login --family mybmw --region na",
    )
