"""The sign-in of the MyBMW app: password, code, tokens, in three steps (Authenticate 1/2, 2/2, Token).

Each year asks for more: a PKCE challenge since 2022, a captcha since October 2024. Without the fault "era" a request is
served by what it carries: a challenge is checked if there is one, a captcha has to be fresh if there is one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.sign_in.by_password.app_codes import AppCodes, AppGrant
from bimmerhub.emulator.sign_in.by_password.denials import dead_grant, invalid_request, login_failed
from bimmerhub.emulator.sign_in.by_password.password_clients import PasswordClients
from bimmerhub.emulator.sign_in.by_password.password_scopes import choose_scopes
from bimmerhub.emulator.sign_in.by_password.password_sessions import PasswordSessions
from bimmerhub.emulator.sign_in.by_password.redirects import read_redirect_uri
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings

Form = Mapping[str, str]
FindAccount = Callable[[str, str], EmulatedAccount | None]
"""Finds the account of a user and a password."""
CHALLENGE_FROM_YEAR, CAPTCHA_FROM_YEAR = 2022, 2024
LONG_TOKENS_UNTIL_YEAR = 2023


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAuthorization:
    """What a right password gives: an authorization, and a text with it in which the app looks for it."""

    authorization: str
    redirect_to: str


class AppSignIn:
    """The three steps; each raises PasswordDenial instead of answering."""

    def __init__(
        self,
        settings: PasswordSettings,
        *,
        codes: AppCodes,
        faults: Faults,
        clients: PasswordClients,
        sessions: PasswordSessions,
        find_account: FindAccount,
    ) -> None:
        self._settings = settings
        self._codes = codes
        self._faults = faults
        self._clients = clients
        self._sessions = sessions
        self._find_account = find_account
        self._used_captchas: set[str] = set()

    @property
    def token_s(self) -> int:
        """How long an access token is good, in seconds."""
        year = self._faults.value("era")
        is_early = year is not None and year <= LONG_TOKENS_UNTIL_YEAR
        return self._settings.app_token_until_2023_s if is_early else self._settings.app_token_s

    def authorize(self, form: Form, *, captcha: str) -> AppAuthorization:
        """Return the answer to a password. A captcha is used up by the attempt, whatever comes of it."""
        client_id, redirect_uri = self._clients.by_id(form), read_redirect_uri(form)
        self._check_captcha(captcha)
        challenge = form.get("code_challenge", "")
        if not challenge and (self._faults.value("era") or 0) >= CHALLENGE_FROM_YEAR:
            raise invalid_request("Missing parameter, 'code_challenge'")
        account = self._find_account(form.get("username", ""), form.get("password", ""))
        if account is None or self._faults.take("wrong-region"):
            raise login_failed()
        grant = AppGrant(
            gcid=account.gcid,
            client_id=client_id,
            redirect_uri=redirect_uri,
            scopes=choose_scopes(form.get("scope", "")),
            code_challenge=challenge,
            method=form.get("code_challenge_method", "S256"),
        )
        query = {name: form[name] for name in ("client_id", "response_type", "scope", "state", "nonce") if name in form}
        authorization = self._codes.authorize(grant)
        query["authorization"] = authorization  # not the first one: programs split at the first "="
        redirect_to = f"redirect_uri={redirect_uri}?{urlencode(query)}"
        return AppAuthorization(authorization=authorization, redirect_to=redirect_to)

    def redirect_with_code(self, form: Form) -> str:
        """Return where the app is sent with its code: code, state, client_id, nonce."""
        client_id, redirect_uri = self._clients.by_id(form), read_redirect_uri(form)
        given = {**form, "code": self._codes.issue_code(form["authorization"]), "client_id": client_id}
        order = ("code", "state", "client_id", "nonce")
        query: dict[str, str] = {name: given[name] for name in order if name in given}
        return f"{redirect_uri}?{urlencode(query)}"

    def redeem(self, form: Form, *, client_id: str) -> dict[str, object]:
        """Return the tokens for a code."""
        grant = self._codes.redeem(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        if grant.client_id != client_id:
            raise dead_grant()
        return self._sessions.begin(
            grant.gcid, client_id=client_id, scopes=grant.scopes, token_s=self.token_s, is_app=True
        )

    def forget(self) -> None:
        """Forget which captchas were used."""
        self._used_captchas.clear()

    def _check_captcha(self, captcha: str) -> None:
        """Use a solved captcha up; any text will do for one (nobody but its maker can tell)."""
        year = self._faults.value("era") or 0
        is_wanted = year >= CAPTCHA_FROM_YEAR or self._faults.take("captcha-wanted")
        is_used, has_none = captcha in self._used_captchas, not captcha
        self._used_captchas.add(captcha)
        if (has_none and is_wanted) or (is_used and not has_none and (is_wanted or not year)):
            raise login_failed()
