"""When tokens are renewed: by how long BMW says that they live, whatever this machine's clock shows."""

from typing import TYPE_CHECKING

import jwt
import pytest

from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.token_set import TokenSet, to_token_set

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tests.bmw.conftest import Cloud

HOUR_S = 3_600
NOON_S = 1_785_153_600


def granted(*, clock_is_off_s: int = 0, lives_s: int = HOUR_S) -> TokenSet:
    """Return tokens that BMW granted at noon, as a machine with a wrong clock takes them."""
    claims = {"sub": "gcid", "iat": NOON_S, "exp": NOON_S + lives_s}
    id_token = jwt.encode(claims, "k" * 32, algorithm="HS256")
    answer = TokenAnswer(access_token="a", refresh_token="r", expires_in=lives_s, id_token=id_token)
    return to_token_set(answer, now_ms=(NOON_S + clock_is_off_s) * 1000)


@pytest.mark.parametrize("clock_is_off_s", [-86_400, 0, 86_400])
def test_tokens_live_an_hour_on_a_machine_with_a_wrong_clock(clock_is_off_s: int) -> None:
    tokens = granted(clock_is_off_s=clock_is_off_s)
    assert tokens.id_expires_at_ms == tokens.access_expires_at_ms == (NOON_S + clock_is_off_s + HOUR_S) * 1000


@pytest.mark.parametrize(("lives_s", "renewed_after_s"), [(HOUR_S, 2_700), (600, 450), (80, 60), (60, 60), (1, 60)])
def test_tokens_are_renewed_with_a_quarter_of_their_life_left_but_once_a_minute_at_most(
    lives_s: int, renewed_after_s: int
) -> None:
    assert granted(lives_s=lives_s).renew_at_ms == (NOON_S + renewed_after_s) * 1000


async def test_short_lived_tokens_are_not_renewed_at_every_use(
    make_cloud: "Callable[..., AbstractAsyncContextManager[Cloud]]",
) -> None:
    async with make_cloud(access_token_s=100, id_token_s=100) as cloud:
        signed_in = await cloud.sign_in()
        tokens = cloud.tokens()
        cloud.clock.advance(minutes=1)
        assert await tokens.current() == signed_in
        cloud.clock.advance(minutes=0.3)
        assert await tokens.current() != signed_in
    assert len(cloud.store.saved) == 2


@pytest.mark.parametrize(
    ("status", "error", "is_passing"),
    [
        (500, "keymanagement.service.invalid_access_token", True),
        (503, "server_error", True),
        (429, "too_many_requests", True),
        (400, "slow_down", True),
        (400, "invalid_grant", False),
        (400, "invalid_request", False),
        (401, "invalid_client", False),
    ],
)
def test_only_bmws_word_on_the_token_ends_a_session(status: int, error: str, *, is_passing: bool) -> None:
    assert OauthRefusal(error=error, description="", status=status).is_passing is is_passing
