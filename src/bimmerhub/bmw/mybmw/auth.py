"""Signing in to the MyBMW app's interface, and renewing its tokens: as the app does, or as it does in China.

Sources: clients 2021-2025 (`gcdm.by_app` and `china_sign_in` have what the steps send and answer).
"""

from typing import Final

from typing_extensions import override

from bimmerhub.bmw.gcdm.by_app import (
    AppConfig,
    AppServer,
    app_sign_in_error,
    read_app_config,
    refresh_by_app,
    sign_in_by_app,
)
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import AnswerLost, Session
from bimmerhub.bmw.mybmw.china_sign_in import ChinaSignIn, SliderCaptcha, SolvedSlider
from bimmerhub.bmw.mybmw.endpoints import Endpoints, Region
from bimmerhub.bmw.mybmw.headers import sign_in_headers
from bimmerhub.bmw.mybmw.unsigned_calls import call_unsigned, subscription_key
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.tokens.fresh_tokens import TokenRenewal
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.session_end import copied
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import BmwUnavailable, ConfigError, SignInRequired
from bimmerhub.times import format_time

_HINT: Final = "Sign in again with a captcha that you have just solved."
_CAPTCHA_HINT: Final = (
    "Solve the captcha of your region's sign-in page and pass its token: it is good for one attempt, within about two "
    "minutes (how long exactly is not known)."
)
_SLIDER_HINT: Final = "In China ask for a slider captcha first (`fetch_slider`), and pass where the piece belongs."


class SignIn(TokenRenewal):
    """The sign-in of an account. A captcha's token, and a slider's answer, are sent once, whatever BMW answers."""

    def __init__(self, *, endpoints: Endpoints, session: Session) -> None:
        self._endpoints = endpoints
        self._session = session
        self._china = ChinaSignIn(endpoints=endpoints, session=session)
        self._config: AppConfig | None = None
        self._used_captcha: str | None = None

    @property
    def is_in_china(self) -> bool:
        """Whether the sign-in is China's."""
        return self._endpoints.region is Region.CHINA

    async def fetch_slider(self, mobile: str) -> SliderCaptcha:
        """Return China's captcha for a phone number; BmwRefused when BMW gives none, ConfigError elsewhere."""
        if not self.is_in_china:
            raise ConfigError("only China has a slider captcha", hint=_CAPTCHA_HINT)
        slider = await self._china.fetch_slider(mobile)
        if isinstance(slider, OauthRefusal):
            raise app_sign_in_error(slider)
        return slider

    async def sign_in(self, login: BmwLogin, *, captcha: str | SolvedSlider | None) -> TokenAnswer | OauthRefusal:
        """Sign a person in, with one attempt.

        ConfigError, with nothing sent, when the captcha is missing or of another region, or was used before.
        """
        used = captcha.verify_id if isinstance(captcha, SolvedSlider) else captcha
        if used is not None and used == self._used_captcha:
            raise ConfigError("this captcha was used already: BMW takes it once", hint=_CAPTCHA_HINT)
        if self.is_in_china:
            if not isinstance(captcha, SolvedSlider):
                raise ConfigError("China's sign-in wants a slider captcha", hint=_SLIDER_HINT)
            self._used_captcha = used
            return await self._china.sign_in(login, captcha)
        if isinstance(captcha, SolvedSlider):
            raise ConfigError("only China has a slider captcha", hint=_CAPTCHA_HINT)
        if captcha is None and self._endpoints.are_bmws:
            raise ConfigError("BMW's sign-in wants a captcha", hint=_CAPTCHA_HINT)
        config = await self._fetch_config()
        self._used_captcha = used
        return await sign_in_by_app(self._server(), config, login, captcha_token=captcha)

    @override
    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal:
        if self.is_in_china:
            return await self._china.refresh(refresh_token)
        config = self._config or await self._fetch_config()
        answer = await refresh_by_app(self._server(), config, refresh_token)
        if isinstance(answer, OauthRefusal):
            self._config = None  # the app's secret may have changed
        return answer

    @override
    def nobody(self) -> SignInRequired:
        return SignInRequired("nobody has signed in yet", hint=_HINT.replace(" again", ""))

    @override
    async def ended(
        self, tokens: TokenSet, refusal: OauthRefusal, *, came_from: str | None, now_ms: int
    ) -> SignInRequired:
        word = shown(refusal.error, longest=LONGEST_WORD)
        lost_at_ms = tokens.answer_lost_at_ms or tokens.renewing_since_ms
        if lost_at_ms is not None:
            because = f": its answer to the renewal of {format_time(lost_at_ms)} was lost, and with it the next token"
        elif came_from is not None and now_ms < tokens.refresh_expires_at_ms:
            return copied(word, tokens, came_from=came_from, hint=_HINT)
        else:
            because = f", which was renewed at {format_time(tokens.refreshed_at_ms)}"
        return SignInRequired(f"BMW has ended the session ({word}){because}", hint=_HINT)

    async def _fetch_config(self) -> AppConfig:
        key = subscription_key(self._endpoints)
        try:
            answer = await call_unsigned(self._session, self._endpoints, "oauth-config", {"subscription_key": key})
        except AnswerLost as error:  # a plain fault: no token was asked for yet
            raise BmwUnavailable(f"OAuth Config: {error}") from error
        self._config = read_app_config(answer, auth_url=self._endpoints.auth_url)
        return self._config

    def _server(self) -> AppServer:
        return AppServer(
            session=self._session,
            tls=self._endpoints.ssl_context(),
            headers=sign_in_headers(self._endpoints),
            client_version=self._endpoints.app_name(),
        )


def tokens_of(answer: TokenAnswer | OauthRefusal) -> TokenAnswer:
    """Return the tokens; BmwRefused or BmwUnavailable for a refusal, with what a person can do about it."""
    if isinstance(answer, OauthRefusal):
        raise app_sign_in_error(answer)
    return answer
