"""Who signs in in China: by password behind a captcha, by text message, or by refresh token."""

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence

from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.emulator.sign_in.by_password.denials import dead_grant, login_failed
from bimmerhub.emulator.sign_in.by_password.password_sessions import PasswordSessions
from bimmerhub.emulator.sign_in.china.sliders import SliderDesk
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner

FindByPhone = Callable[[str], EmulatedAccount | None]
"""Finds the account of a phone number."""
SCOPES: Sequence[str] = ("vehicle_data", "remote_services", "authenticate_user")
TOKEN_S = 3_300
CLIENT_ID = "china"
TEXT_MESSAGE = "123456"
"""What every text message says: the emulator sends none."""


class PhoneSignIn:
    """The sign-in of one identity service in China; each step raises PasswordDenial instead."""

    def __init__(self, *, sessions: PasswordSessions, signer: IdTokenSigner, find_account: FindByPhone) -> None:
        self._sessions = sessions
        self._signer = signer
        self._find_account = find_account
        self._messages: dict[str, str] = {}
        self.sliders = SliderDesk()

    def public_key(self) -> str:
        """Return the key that passwords are encrypted with, as PEM with line ends of two characters."""
        return self._signer.public_pem().replace("\n", "\r\n")

    def by_password(self, mobile: str, encrypted: str, verify_id: str | None) -> dict[str, object]:
        """Return the tokens for a phone number and a password, encrypted by RSA with PKCS#1 v1.5, in base64.

        `verify_id` is that of a solved captcha; None: the programs of 2021 to 2023 had none.
        """
        is_solved = verify_id is None or self.sliders.use(verify_id)
        account = self._find_account(mobile)
        if account is None or not is_solved or self._decrypt(encrypted) != account.password:
            raise login_failed()
        return self._begin(account)

    def send_message(self, mobile: str, verify_id: str) -> str:
        """Return the id of a text message; nobody gets one."""
        if not self.sliders.use(verify_id):
            raise login_failed()
        otp_id = secrets.token_hex(8)
        self._messages[otp_id] = mobile
        return otp_id

    def by_message(self, mobile: str, otp_id: str, text: str) -> dict[str, object]:
        """Return the tokens for what a text message said."""
        account = self._find_account(mobile)
        if account is None or self._messages.pop(otp_id, None) != mobile or text != TEXT_MESSAGE:
            raise login_failed()
        return self._begin(account)

    def renew(self, refresh_token: str) -> dict[str, object]:
        """Return new tokens."""
        if not self._sessions.is_of_app(refresh_token):
            raise dead_grant()
        return self._sessions.renew(refresh_token, token_s=TOKEN_S)

    def _begin(self, account: EmulatedAccount) -> dict[str, object]:
        answer = self._sessions.begin(
            account.gcid, client_id=CLIENT_ID, scopes=SCOPES, token_s=TOKEN_S, is_app=True, is_signed=True
        )
        return {**answer, "cid": account.gcid}

    def _decrypt(self, text: str) -> str:
        try:
            return self._signer.decrypt(base64.b64decode(text, validate=True)).decode()
        except (binascii.Error, ValueError):
            return ""
