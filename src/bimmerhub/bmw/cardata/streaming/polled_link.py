"""The link of an account without CarData Stream: nothing is received, but the sign-in is kept alive and judged.

BMW ends a sign-in that is not renewed for 14 days, and REST may be asked more rarely than that.
"""

from collections.abc import AsyncGenerator

from bimmerhub.bmw.cardata.streaming.stream import LinkChanged
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.domain.account.link import LinkState
from bimmerhub.errors import BmwUnavailable, SignInRequired
from bimmerhub.times import HOUR_MS

LOOK_EVERY_MS = HOUR_MS
AGAIN_AFTER_MS = HOUR_MS // 12


class PolledLink:
    """The link of one signed-in account that is read by REST only. `words` say how often."""

    def __init__(self, *, tokens: Tokens, clock: Clock, words: str) -> None:
        self._tokens = tokens
        self._clock = clock
        self._words = words
        self._pause = Pause(clock)

    def retry_now(self) -> None:
        """Look at the sign-in at once when BMW did not answer before."""
        self._pause.cut_short()

    async def events(self) -> AsyncGenerator[LinkChanged]:
        """Yield changes of the link, for ever; SignInRequired ends it. Costs no quota."""
        failures = 0
        while True:
            wait_ms = LOOK_EVERY_MS
            try:
                await self._tokens.current()
            except SignInRequired as error:
                yield self._change(LinkState.SIGNED_OUT, str(error), error.hint)
                raise
            except BmwUnavailable as error:
                failures, wait_ms = failures + 1, AGAIN_AFTER_MS
                yield self._change(LinkState.WAITING, str(error), error.hint, failures=failures, wait_ms=wait_ms)
            else:
                failures = 0
                yield self._change(LinkState.POLLING, self._words)
            await self._pause.sleep(wait_ms / 1000)

    def _change(
        self, state: LinkState, reason: str, hint: str | None = None, *, failures: int = 0, wait_ms: int | None = None
    ) -> LinkChanged:
        now_ms = self._clock.now_ms()
        return LinkChanged(
            state=state,
            reason=reason,
            hint=hint,
            at_ms=now_ms,
            failures=failures,
            next_try_at_ms=None if wait_ms is None else now_ms + wait_ms,
            refresh_expires_at_ms=self._tokens.refresh_expires_at_ms,
            token_warning=self._tokens.warning,
        )
