"""The accounts of a data directory: who they are, and their tokens, sealed with the secret key."""

import logging
from collections.abc import Collection

from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.listing import load_accounts
from bimmerhub.hub.accounts.sealed_tokens import SealedTokens
from bimmerhub.hub.accounts.settings import check_account_name
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, SignInPlaces
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.safekeeping.move_mark import refuse_moved
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount, StoredAccounts
from bimmerhub.views.ports.accounts import Account

_log = logging.getLogger(__name__)


class AccountBook:
    """Which accounts there are, and signing them in and out in the store.

    `token_troubles` says by account why its tokens are not in the database, or not renewed.
    """

    def __init__(self, accounts: StoredAccounts, places: SignInPlaces, sealer: Sealer) -> None:
        self._accounts = accounts
        self._places = places
        self._sealer = sealer
        self._waiting: dict[str, NewAccount] = {}  # what the settings want of accounts at their next sign-in
        self.token_troubles: dict[str, str] = {}

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        return await self._accounts.accounts()

    async def described(self, *, relayed: Collection[str]) -> list[Account]:
        """Return every account as people may see it, in order of name; see `load_accounts`."""
        return await load_accounts(self._accounts, self._places, relayed=relayed)

    async def find(self, name: str) -> StoredAccount | None:
        """Return the account of that name, None when there is none."""
        return next((account for account in await self._accounts.accounts() if account.name == name), None)

    async def named(self, name: str) -> StoredAccount:
        """Return the account of that name; ConfigError when there is none."""
        account = await self.find(name)
        if account is None:
            raise ConfigError(f"there is no account named {name[:40]!r}", hint="See them: bimmerhub accounts")
        return account

    async def open(self, name: str, *, client_id: str, family: Family) -> StoredAccount:
        """Return the account of that name, added when it is new. ConfigError when the name is no name.

        An empty client id, as of an account that is read from a relay, leaves what is stored.
        Another client id or family takes effect at once when the account is not signed in, else at its next sign-in:
        its tokens belong to the client that they were given to, and are worth keeping when the change was a slip.
        """
        stored = await self.find(name)
        if not client_id or family.takes_password:
            check_account_name(name)
            if stored is None or (stored.family is not family and not await self.has_tokens(stored)):
                return await self._accounts.save_account(NewAccount(name=name, family=family, client_id=""))
            return stored
        wanted = await self.plan(name, client_id=client_id, family=family)
        if isinstance(wanted, StoredAccount):
            return wanted
        if stored is not None and await self.has_tokens(stored):
            self._waiting[name] = wanted
            _log.warning(
                "%s: the settings name another client id than it is signed in with; it takes effect at the next sign-in"
                ": bimmerhub login --account %s",
                name,
                name,
            )
            return stored
        return await self._accounts.save_account(wanted)

    async def plan(self, name: str, *, client_id: str | None, family: Family | None = None) -> NewAccount:
        """Return the account of that name as it would be with this client id; nothing is stored.

        None leaves what is stored, or what the settings have changed since; a new account is of CarData's family unless
        another is named. It is a StoredAccount when nothing changes. ConfigError when it is new and no client id was
        given, or the name is no name.
        """
        check_account_name(name)
        if client_id is None and name in self._waiting:
            return self._waiting[name]
        stored = await self.find(name)
        if client_id is None and not (stored and stored.client_id):
            raise ConfigError(
                f"no client id is known for the account {name!r}",
                hint="BMW's portal shows it when you create a CarData client: bimmerhub login --client-id ID",
            )
        wanted = NewAccount(
            name=name,
            family=family or (stored.family if stored else Family.CARDATA),
            client_id=client_id.strip().lower() if client_id is not None else stored.client_id if stored else "",
        )
        is_same = stored is not None and (stored.family, stored.client_id) == (wanted.family, wanted.client_id)
        return stored if stored is not None and is_same else wanted

    async def plan_password(self, name: str, *, family: Family) -> NewAccount:
        """Return the account of that name as it would be when it signs in with a password; nothing is stored.

        ConfigError when the name is no name, or is signed in by another family.
        """
        check_account_name(name)
        stored = await self.find(name)
        if stored is not None and stored.family is not family and await self.has_tokens(stored):
            raise ConfigError(
                f"{name!r} is signed in by {stored.family.shown_name}, and stays that",
                hint=f"Give this one a name of its own: bimmerhub login --account NAME --family {family.value}",
            )
        return NewAccount(name=name, family=family, client_id="")

    def tokens(self, account: StoredAccount) -> SealedTokens:
        """Return where the account's tokens are kept."""
        return SealedTokens(account, accounts=self._accounts, sealer=self._sealer, troubles=self.token_troubles)

    async def has_tokens(self, account: StoredAccount) -> bool:
        """Tell whether tokens are kept for the account, without looking at them."""
        return await self._accounts.load_tokens(account.id) is not None

    async def find_rival(self, name: str, *, family: Family, gcid: str) -> StoredAccount | None:
        """Return another account of the family that is signed in with this GCID, None when there is none.

        BMW allows an account one stream and one day's calls, whatever names it has here.
        """
        for account in await self._accounts.accounts():
            is_same = (account.family, (account.gcid or "").casefold()) == (family, gcid.casefold())
            if is_same and account.name != name and await self.has_tokens(account):
                return account
        return None

    async def place(self, name: str) -> SignInPlace | None:
        """Return where the account of that name was signed in, None when it was not, or that was not noted."""
        return await self._places.load(name)

    async def sign_in(self, account: NewAccount, tokens: TokenSet, *, place: SignInPlace, now_ms: int) -> StoredAccount:
        """Keep the tokens of a finished sign-in, and where it was; return the account as it is now.

        ConfigError in a directory that was moved away. A process that is killed on the way leaves no tokens with the
        place of others: that is where they would go.
        """
        refuse_moved(self._sealer.data_dir)
        signed_in = await self._accounts.save_account(
            NewAccount(
                name=account.name,
                family=account.family,
                client_id=account.client_id,
                gcid=Gcid(tokens.gcid),
                signed_in_at_ms=now_ms,
                services=() if account.family.takes_password else granted_services(tokens),
            )
        )
        if await self._places.load(account.name) != place:
            await self._accounts.save_tokens(signed_in.id, None)
            await self._places.save(account.name, place)
        await self.tokens(signed_in).replace(tokens)
        self._waiting.pop(account.name, None)
        return signed_in

    async def sign_out(self, account: StoredAccount) -> None:
        """Forget the account's tokens, and where it was signed in."""
        await self.tokens(account).forget()
        await self._places.save(account.name, None)
