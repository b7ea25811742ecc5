"""The sign-in of older programs: by password for tokens, for a redirect with a token, and in an app's steps."""

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.sign_in.by_password.app_codes import AppCodes
from bimmerhub.emulator.sign_in.by_password.app_sign_in import AppSignIn, FindAccount, Form
from bimmerhub.emulator.sign_in.by_password.denials import invalid_request, wrong_password
from bimmerhub.emulator.sign_in.by_password.password_clients import PasswordClients
from bimmerhub.emulator.sign_in.by_password.password_scopes import choose_scopes
from bimmerhub.emulator.sign_in.by_password.password_sessions import PasswordSessions
from bimmerhub.emulator.sign_in.by_password.redirects import is_my_garage, read_redirect_uri, write_fragment
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.grants import IdentityMemory
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner


class SignInByPassword:
    """The grants of one identity service that begin with a password; each raises PasswordDenial instead.

    `apps` are the steps of the MyBMW app.
    """

    def __init__(
        self,
        settings: PasswordSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        signer: IdTokenSigner,
        memory: IdentityMemory,
        find_account: FindAccount,
    ) -> None:
        self._settings = settings
        self._faults = faults
        self._find_account = find_account
        self._clients = PasswordClients(settings, faults=faults)
        self._sessions = PasswordSessions(settings, clock=clock, signer=signer, memory=memory)
        self.apps = AppSignIn(
            settings,
            codes=AppCodes(clock=clock, code_s=settings.code_s),
            faults=faults,
            clients=self._clients,
            sessions=self._sessions,
            find_account=find_account,
        )

    @property
    def settings(self) -> PasswordSettings:
        """The lifetimes of tokens, and the client that is known."""
        return self._settings

    def grant_tokens(self, form: Form, authorization: str, *, token_s: int) -> dict[str, object]:
        """Return the answer to a request for tokens: by password, by an app's code or by refresh token."""
        client_id = self._clients.by_basic(authorization)
        match form.get("grant_type"):
            case "password":
                self._clients.refuse_disabled()
                scopes = choose_scopes(form.get("scope", ""))
                account = self._account(form)
                return self._sessions.begin(account.gcid, client_id=client_id, scopes=scopes, token_s=token_s)
            case "authorization_code":
                return self.apps.redeem(form, client_id=client_id)
            case "refresh_token":
                refresh_token = form.get("refresh_token", "")
                is_of_app = self._sessions.is_of_app(refresh_token)
                return self._sessions.renew(refresh_token, token_s=self.apps.token_s if is_of_app else token_s)
            case _:
                raise invalid_request("Missing or unsupported parameter, 'grant_type'")

    def redirect_with_token(self, form: Form) -> str:
        """Return where a browser is sent with a token in the fragment."""
        client_id, redirect_uri = self._clients.by_id(form), read_redirect_uri(form)
        if not is_my_garage(redirect_uri):
            self._clients.refuse_disabled()
        scopes = choose_scopes(form.get("scope", ""))
        answer = self._sessions.begin(
            self._account(form, status=401).gcid,
            client_id=client_id,
            scopes=scopes,
            token_s=self.apps.token_s if is_my_garage(redirect_uri) else self._settings.implicit_token_s,
            can_renew=False,
        )
        return write_fragment(redirect_uri, form, answer, client_id=client_id)

    def _account(self, form: Form, *, status: int = 400) -> EmulatedAccount:
        account = self._find_account(form.get("username", ""), form.get("password", ""))
        if account is None or self._faults.take("wrong-region"):
            raise wrong_password(status=status)
        return account
