"""What a link does, as a person reads it on a terminal."""

from bimmerhub.cli.printing.link_words import spell_link
from bimmerhub.cli.printing.output import local_time
from bimmerhub.views.account.links import LinkAnswer

RENEWED_AT = "2026-11-29T10:51:16.230Z"


def test_times_in_a_reason_are_local() -> None:
    link = LinkAnswer(
        account="mine",
        family="mybmw",
        state="signed_out",
        reason=f"BMW has ended the session, which was renewed at {RENEWED_AT}",
        hint=None,
        since=RENEWED_AT,
        last_message_at=None,
        messages=0,
        failures=0,
        next_try_at=None,
        refresh_expires_at=None,
        token_warning=None,
    )
    words = spell_link(link)
    assert (RENEWED_AT in words, words.endswith(local_time(RENEWED_AT))) == (False, True)
