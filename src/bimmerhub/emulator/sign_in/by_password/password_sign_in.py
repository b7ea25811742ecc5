"""The sign-in of older programs: by password for tokens, for a redirect with a token, and for an app's code."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.owners import EmulatedAccount
from bimmerhub.emulator.sign_in.by_password.app_codes import AppCodes, AppGrant
from bimmerhub.emulator.sign_in.by_password.denials import dead_grant, invalid_request, wrong_password
from bimmerhub.emulator.sign_in.by_password.password_clients import PasswordClients
from bimmerhub.emulator.sign_in.by_password.password_scopes import choose_scopes
from bimmerhub.emulator.sign_in.by_password.password_sessions import PasswordSessions
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.grants import IdentityMemory
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner

Form = Mapping[str, str]
FindAccount = Callable[[str, str], EmulatedAccount | None]
"""Finds the account of a user and a password."""


class SignInByPassword:
    """The grants of one identity service that begin with a password; each raises PasswordDenial instead."""

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
        self._codes = AppCodes(clock=clock, code_s=settings.code_s)

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
                grant = self._codes.redeem(
                    form.get("code", ""),
                    redirect_uri=form.get("redirect_uri", ""),
                    verifier=form.get("code_verifier", ""),
                )
                if grant.client_id != client_id:
                    raise dead_grant()
                return self._sessions.begin(grant.gcid, client_id=client_id, scopes=grant.scopes, token_s=token_s)
            case "refresh_token":
                return self._sessions.renew(form.get("refresh_token", ""), token_s=token_s)
            case _:
                raise invalid_request("Missing or unsupported parameter, 'grant_type'")

    def redirect_with_token(self, form: Form) -> str:
        """Return where a browser is sent with a token in the fragment: state, access_token, token_type, expires_in."""
        client_id = self._clients.by_id(form)
        self._clients.refuse_disabled()
        redirect_uri, scopes = _redirect_uri(form), choose_scopes(form.get("scope", ""))
        answer = self._sessions.begin(
            self._account(form, status=401).gcid,
            client_id=client_id,
            scopes=scopes,
            token_s=self._settings.implicit_token_s,
            can_renew=False,
        )
        fragment = {"state": form["state"]} if "state" in form else {}
        fragment |= {name: str(answer[name]) for name in ("access_token", "token_type", "expires_in")}
        return f"{redirect_uri}#{urlencode(fragment)}"

    def authorize_app(self, form: Form) -> dict[str, object]:
        """Return the answer to an app's password: where to go on, as a text with the authorization in it."""
        client_id, redirect_uri = self._clients.by_id(form), _redirect_uri(form)
        grant = AppGrant(
            gcid=self._account(form, status=401).gcid,
            client_id=client_id,
            redirect_uri=redirect_uri,
            scopes=choose_scopes(form.get("scope", "")),
            code_challenge=form.get("code_challenge", ""),
            method=form.get("code_challenge_method", "S256"),
        )
        query = {name: form[name] for name in ("client_id", "response_type", "state", "nonce", "scope") if name in form}
        query["authorization"] = self._codes.authorize(grant)  # not the first one: programs split at the first "="
        return {"redirect_to": f"redirect_uri={redirect_uri}?{urlencode(query)}"}

    def redirect_with_code(self, form: Form) -> str:
        """Return where an app is sent with its code."""
        client_id, redirect_uri = self._clients.by_id(form), _redirect_uri(form)
        query = {"code": self._codes.issue_code(form["authorization"]), "client_id": client_id}
        query |= {name: form[name] for name in ("state", "nonce") if name in form}
        return f"{redirect_uri}?{urlencode(query)}"

    def _account(self, form: Form, *, status: int = 400) -> EmulatedAccount:
        account = self._find_account(form.get("username", ""), form.get("password", ""))
        if account is None or self._faults.take("wrong-region"):
            raise wrong_password(status=status)
        return account


def _redirect_uri(form: Form) -> str:
    redirect_uri = form.get("redirect_uri", "")
    if not redirect_uri:
        raise invalid_request("Missing parameter, 'redirect_uri'")
    if not (redirect_uri.isascii() and redirect_uri.isprintable()):  # it becomes a header (our own refusal)
        raise invalid_request("Invalid parameter, 'redirect_uri'")
    return redirect_uri
