"""The accounts as people may see them: with a running hub and without one."""

from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.views.ports import Account


async def load_accounts(stored: StoredAccounts) -> list[Account]:
    """Return every account as people may see it, in order of name."""
    return [
        Account(
            name=account.name,
            family=account.family,
            client_id=account.client_id,
            gcid=account.gcid,
            signed_in=await stored.load_tokens(account.id) is not None,
            signed_in_at_ms=account.signed_in_at_ms,
            services=account.services,
        )
        for account in await stored.accounts()
    ]
