"""What a link does, in one line of a terminal."""

from typing import TYPE_CHECKING

from bimmerhub.cli.printing.output import local_time, with_local_times

if TYPE_CHECKING:
    from bimmerhub.views.account.links import LinkAnswer


def spell_link(link: "LinkAnswer") -> str:
    """Return account, state and reason, times in local time, with that of the next try where one is waited for."""
    then = "" if link.next_try_at is None else f"; next try at {local_time(link.next_try_at)}"
    reason = "" if link.reason == link.state else f": {with_local_times(link.reason)}"
    return f"{link.account}: {link.state}{reason}{then}"
