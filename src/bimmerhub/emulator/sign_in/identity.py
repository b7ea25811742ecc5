"""BMW's identity service: device codes, token sessions and passwords, and which of them a request is about."""

from collections.abc import Collection, Mapping, Sequence

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.sign_in.by_password.password_sessions import PasswordSessions
from bimmerhub.emulator.sign_in.by_password.password_sign_in import SignInByPassword
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.china.phone_sign_in import PhoneSignIn
from bimmerhub.emulator.sign_in.clients import ClientRegistry
from bimmerhub.emulator.sign_in.consents import Consents
from bimmerhub.emulator.sign_in.device_codes import FORGET_AFTER_MS, DeviceCodes
from bimmerhub.emulator.sign_in.grants import DeviceGrant, IdentityMemory, IdentityState, TokenKind
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner
from bimmerhub.emulator.sign_in.oauth_refusals import OauthDenial, invalid_request
from bimmerhub.emulator.sign_in.settings import SignInSettings
from bimmerhub.emulator.sign_in.token_sessions import Access, TokenSessions
from bimmerhub.ids import Gcid, Vin

CHINA_PREFIX = "86"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Identity:
    """The identity service of one emulator.

    `by_password` is the sign-in of programs older than the device flow, `china` that of the MyBMW app in China.
    `consents` are what owners granted to service providers.
    """

    def __init__(
        self,
        settings: SignInSettings,
        accounts: Sequence[EmulatedAccount],
        *,
        clock: EmulatorClock,
        faults: Faults,
        clients: ClientRegistry,
        consents: Consents,
        signer: IdTokenSigner,
        file: StateFile[IdentityState],
        passwords: PasswordSettings | None = None,
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._faults = faults
        self._clients = clients
        self.consents = consents
        self._memory = memory = IdentityMemory(file)
        self._codes = DeviceCodes(settings, clock=clock, faults=faults, clients=clients, memory=memory)
        self._sessions = TokenSessions(settings, clock=clock, faults=faults, signer=signer, memory=memory)
        self.by_password = SignInByPassword(
            passwords or PasswordSettings(),
            clock=clock,
            faults=faults,
            signer=signer,
            memory=memory,
            find_account=self.sign_in,
        )
        sessions = PasswordSessions(passwords or PasswordSettings(), clock=clock, signer=signer, memory=memory)
        self.china = PhoneSignIn(sessions=sessions, signer=signer, find_account=self._find_by_phone)

    def start_device_flow(self, form: Mapping[str, str], *, link_url: str) -> dict[str, object]:
        """Return the answer to a request for a device code; see `DeviceCodes.issue`."""
        return self._codes.issue(form, link_url=link_url)

    def grant_tokens(self, form: Mapping[str, str]) -> dict[str, object]:
        """Return the answer to a request for tokens, by device code or by refresh token; SignInRefusal otherwise."""
        client_id = form.get("client_id")
        if not client_id:
            raise invalid_request("Missing parameter, 'client_id'")
        self._memory.state.forget_old(before_ms=self._clock.now_ms() - FORGET_AFTER_MS)
        client = self._clients.client(client_id)
        if client is None:
            raise OauthDenial(401, "invalid_client", "Client authentication failed (e.g., unknown client).")
        if self._faults.take("account-pending"):
            raise OauthDenial(401, "invalid_client", "The account is pending activation.")
        match form.get("grant_type"):
            case grant_type if grant_type == _DEVICE_GRANT:
                return self._sessions.begin(self._codes.redeem(form, client), client)
            case "refresh_token":
                return self._sessions.refresh(form)
            case _:
                raise invalid_request("Missing or unsupported parameter, 'grant_type'")

    def pending_grant(self, user_code: str) -> DeviceGrant | None:
        """Return the grant that waits for a decision under `user_code` (case matters), None when there is none."""
        return self._codes.find_pending(user_code)

    def sign_in(self, user: str, password: str) -> EmulatedAccount | None:
        """Return the account of `user` (upper or lower case), None when user or password are wrong."""
        for account in self._accounts:
            if account.user.casefold() == user.strip().casefold() and account.password == password:
                return account
        return None

    def _find_by_phone(self, mobile: str) -> EmulatedAccount | None:
        """Return the account that signs in in China as `mobile`: its user, or any number of China for the first one."""
        accounts = [account for account in self._accounts if account.lives_in(UserRegion.CN)]
        named = [account for account in accounts if account.user.casefold() == mobile.strip().casefold()]
        is_number = mobile.startswith(CHINA_PREFIX) and mobile.isdigit()
        return next(iter(named or (accounts if is_number else [])), None)

    def is_elsewhere(self, region: UserRegion | None, *, user: str = "", gcid: Gcid | None = None) -> bool:
        """Tell whether an account, by its user or GCID, is one of another region's users; None is any region."""
        name = user.strip().casefold()
        named = [account for account in self._accounts if name == account.user.casefold() or gcid == account.gcid]
        return any(not account.lives_in(region) for account in named)

    def owner_for(self, account: EmulatedAccount, client_id: str) -> Gcid | None:
        """Return for whom an account may let a client in: itself, or the owner who made it their delegate.

        None when the client is another account's, unknown, or deleted by now.
        """
        client = self._clients.client(client_id)
        if client is None:
            return None
        if client.gcid is None or client.gcid == account.gcid:
            return account.gcid
        return client.gcid if client.gcid in account.delegate_of else None

    def decide(
        self, user_code: str, *, approve: bool, gcid: Gcid | None = None, vins: Collection[Vin] | None = None
    ) -> bool:
        """Approve or decline the grant that waits under `user_code`, for an account; False when none waits.

        Without `gcid` it is for the owner of the client, or for the first account if it is a provider's. `vins` are the
        cars that the owner consents to if it is a provider's; None: all.
        """
        grant = self.pending_grant(user_code)
        if grant is None:
            return False
        if gcid is None:
            client = self._clients.client(grant.client_id)
            gcid = (None if client is None else client.gcid) or self._accounts[0].gcid
        if approve:
            self.consents.grant(grant.client_id, gcid, scopes=grant.scopes, vins=vins)
        return self._codes.decide(user_code, approve=approve, gcid=gcid)

    def access(self, access_token: str) -> Access | None:
        """Return what an access token allows, also when it has expired; None when it never was one, or was revoked."""
        return self._sessions.access(access_token)

    def verify_id_token(self, id_token: str) -> Access | None:
        """Return what an id token allows, also when it has expired; None when it is not the emulator's, or revoked."""
        return self._sessions.verify_id_token(id_token)

    def revoke(self, gcid: Gcid, kind: TokenKind, *, client_id: str | None = None) -> int:
        """Make all tokens of one kind of an account worthless, or those of one client; return of how many sessions."""
        return self._sessions.revoke(gcid, kind, client_id=client_id)

    def end_sessions(self, client_id: str, gcid: Gcid) -> None:
        """End every session of a client for one account: none of its tokens is known any more."""
        self._sessions.end_sessions(client_id, gcid)

    def end_client(self, client_id: str) -> None:
        """End every session of a client, and forget its codes."""
        self._sessions.end_client(client_id)

    def consume_codes(self, client_id: str) -> int:
        """Make every open code of a client worthless: its next poll is access_denied; return how many there were."""
        return self._codes.consume(client_id)

    def reset(self) -> None:
        """Forget every code, captcha, session, token and consent."""
        self._memory.reset()
        self.consents.reset()
        self.by_password.apps.forget()
