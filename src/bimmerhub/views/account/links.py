"""The connection of an account to BMW's stream; part of accounts and health, and an event of its own."""

from typing import Annotated, Literal

import msgspec

from bimmerhub.domain.account.link import Link
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Time


class LinkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The connection of one account to BMW's stream, in words for a person."""

    account: str
    family: Annotated[
        str,
        msgspec.Meta(description="which of BMW's interfaces: cardata, iremote, connecteddrive or mybmw"),
    ]
    state: Literal["signed_out", "connecting", "connected", "polling", "waiting", "refused", "stopped"]
    reason: str
    hint: str | None
    since: Time
    last_message_at: Time | None
    messages: int
    failures: Annotated[int, msgspec.Meta(description="attempts that failed in a row", ge=0)]
    next_try_at: Annotated[
        Time | None, msgspec.Meta(description="when the next attempt is made; null: none is waited for")
    ]
    refresh_expires_at: Annotated[
        Time | None,
        msgspec.Meta(description="when the sign-in expires unless BMW renews it before; null: not known yet"),
    ]
    token_warning: Annotated[str | None, msgspec.Meta(description="says so in words once that is near")]
    overruns: Annotated[
        int,
        msgspec.Meta(description="how often BMW ended it because this machine did not keep up; messages are lost then"),
    ] = 0


def describe_link(link: Link) -> LinkAnswer:
    """Return an account's link in its public shape."""
    return LinkAnswer(
        account=link.account,
        family=link.family.value,
        state=link.state.value,
        reason=link.reason,
        hint=link.hint,
        since=format_time(link.since_ms),
        last_message_at=format_optional_time(link.last_message_at_ms),
        messages=link.messages,
        failures=link.failures,
        next_try_at=format_optional_time(link.next_try_at_ms),
        refresh_expires_at=format_optional_time(link.refresh_expires_at_ms),
        token_warning=link.token_warning,
        overruns=link.overruns,
    )
