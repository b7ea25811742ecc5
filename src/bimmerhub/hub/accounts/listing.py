"""The accounts as people may see them: with a running hub and without one."""

from collections.abc import Collection

from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.views.ports.accounts import Account


async def load_accounts(stored: StoredAccounts, places: SignInPlaces, *, relayed: Collection[str]) -> list[Account]:
    """Return every account as people may see it, in order of name; `relayed` names those of a relay."""
    server = {name: place.shown_name for name, place in (await places.places()).items()}
    return [
        Account(
            name=account.name,
            family=account.family,
            client_id=account.client_id,
            gcid=account.gcid if account.family.tells_gcid else None,
            signed_in=await stored.load_tokens(account.id) is not None,
            signed_in_at_ms=account.signed_in_at_ms,
            services=account.services,
            is_relayed=account.name in relayed,
            username=None if account.family.tells_gcid else account.gcid,
            server=server.get(account.name),
        )
        for account in await stored.accounts()
    ]
